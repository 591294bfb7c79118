/** A finding is used for a minute without another thought, */
const FRESH_MS = 60_000;
/** and for one more while it is looked up again, so that whoever calls all the time never waits. */
const USABLE_MS = 120_000;
const REMEMBERED_MAX = 10_000;

export interface Memory<Key, Found> {
  recall(key: Key): Promise<Found>;
  /** The finding itself when it is known, so that nobody has to wait for what is there. */
  peek(key: Key): { found: Found } | undefined;
}

/**
 * Remembers what was looked up, and above all what was not found: a product has many end users, most
 * of them without a budget, and their calls must not become load on D1.
 */
export function createMemory<Key, Found>(
  look: (key: Key) => Promise<Found>,
  textOf: (key: Key) => string,
  nowMs: () => number,
): Memory<Key, Found> {
  interface Entry {
    finding: Promise<Found>;
    found: { found: Found } | undefined;
    lookedAtMs: number;
  }
  const entries = new Map<string, Entry>();

  function usable(key: Key): Entry | undefined {
    const entry = entries.get(textOf(key));
    if (entry === undefined || nowMs() >= entry.lookedAtMs + USABLE_MS) return undefined;
    if (nowMs() >= entry.lookedAtMs + FRESH_MS && entry.found !== undefined) refresh(key, entry);
    return entry;
  }

  /** While nobody waits. When it fails, what is known is kept for another minute. */
  function refresh(key: Key, entry: Entry): void {
    entry.lookedAtMs = nowMs();
    look(key).then(
      (found) => {
        entry.found = { found };
        entry.finding = Promise.resolve(found);
      },
      () => undefined,
    );
  }

  async function lookFirst(key: Key): Promise<Found> {
    const text = textOf(key);
    const entry: Entry = { finding: look(key), found: undefined, lookedAtMs: nowMs() };
    entries.delete(text);
    entries.set(text, entry);
    const [oldest] = entries.keys();
    if (entries.size > REMEMBERED_MAX && oldest !== undefined) entries.delete(oldest);
    try {
      const found = await entry.finding;
      entry.found = { found };
      return found;
    } catch (error) {
      if (entries.get(text) === entry) entries.delete(text);
      throw error;
    }
  }

  return {
    recall: (key) => usable(key)?.finding ?? lookFirst(key),
    peek: (key) => usable(key)?.found,
  };
}
