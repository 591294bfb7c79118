/** Time that passes as fast as the work in it is done. */
export interface Clock {
  nowMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

interface Sleeper {
  atMs: number;
  wake(): void;
}

/** Does the work in a time of its own, which begins at `startMs`. */
export async function inOwnTime<Result>(
  startMs: number,
  work: (clock: Clock) => Promise<Result>,
): Promise<Result> {
  let nowMs = startMs;
  /** The first to wake comes last. */
  const sleepers: Sleeper[] = [];
  let isDone = false;
  const working = work({
    nowMs: () => nowMs,
    sleep: (milliseconds) =>
      new Promise((wake) => insert(sleepers, { atMs: nowMs + Math.max(milliseconds, 0), wake })),
  }).finally(() => void (isDone = true));
  while (!isDone) {
    // Everything that can go on without time passing goes on first.
    await new Promise((resolve) => setImmediate(resolve));
    const next = sleepers.pop();
    if (next === undefined) continue;
    nowMs = Math.max(next.atMs, nowMs);
    next.wake();
  }
  return working;
}

function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let [low, high] = [0, sleepers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const isLater = (sleepers[middle]?.atMs ?? 0) > sleeper.atMs;
    if (isLater) low = middle + 1;
    else high = middle;
  }
  sleepers.splice(low, 0, sleeper);
}
