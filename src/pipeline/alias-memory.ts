/** What keys' names for models stand for, as their accounts said last: for this isolate's next calls. */
export interface AliasMemory {
  find(keyHash: string, name: string): string | undefined;
  /** A name that stands for itself is no alias any more. */
  learn(keyHash: string, name: string, model: string): void;
}

/** An entry is two names and a hash, so this many are about half a megabyte. */
const REMEMBERED_MAX = 2_000;

/** Wrong entries do no harm: the account sees what was looked up and says what is meant instead. */
export function createAliasMemory(): AliasMemory {
  const known = new Map<string, string>();
  const idOf = (keyHash: string, name: string): string => `${keyHash} ${name}`;
  return {
    find: (keyHash, name) => known.get(idOf(keyHash, name)),
    learn(keyHash, name, model) {
      const id = idOf(keyHash, name);
      known.delete(id);
      if (model === name) return;
      known.set(id, model);
      const [oldest] = known.keys();
      if (known.size > REMEMBERED_MAX && oldest !== undefined) known.delete(oldest);
    },
  };
}
