/**
 * What happened in the last minute, in buckets of one second. A bucket counts until the whole of it
 * is a minute old, so in no 60 seconds, wherever they start, is more counted than the limit allows;
 * fixed windows would let twice the limit through around their edge.
 */
export interface RateWindow {
  /** Ascending by second; empty ones are not kept. At most 61. */
  buckets: Bucket[];
}

interface Bucket {
  /** Since 1970. */
  second: number;
  count: number;
}

const WINDOW_SECONDS = 60;

export function emptyWindow(): RateWindow {
  return { buckets: [] };
}

export function countInWindow({ buckets }: RateWindow, nowMs: number): number {
  const oldest = oldestSecond(nowMs);
  let sum = 0;
  for (const bucket of buckets) if (bucket.second >= oldest) sum += bucket.count;
  return sum;
}

/** Counts an amount at a moment and forgets what is too old to matter at that moment. */
export function addToWindow(window: RateWindow, atMs: number, amount: number): void {
  if (amount <= 0) return;
  const second = secondOf(atMs);
  const bucket = window.buckets.findLast((one) => one.second === second);
  if (bucket !== undefined) {
    bucket.count += amount;
    return;
  }
  // Once a second: the rest of the time the last bucket is the right one.
  const kept = live(window, atMs);
  window.buckets = [...kept, { second, count: amount }].toSorted((a, b) => a.second - b.second);
}

/** Takes back what was counted at that moment; of what is forgotten already, nothing. */
export function takeFromWindow(window: RateWindow, atMs: number, amount: number): void {
  const second = secondOf(atMs);
  window.buckets = window.buckets.flatMap((bucket) => {
    if (bucket.second !== second) return [bucket];
    const count = bucket.count - amount;
    return count > 0 ? [{ second, count }] : [];
  });
}

/** Milliseconds until this much of the window has passed out of it; 0 when it holds nothing. */
export function untilFreedMs(window: RateWindow, amount: number, nowMs: number): number {
  let freed = 0;
  let leavesAtMs = nowMs;
  for (const bucket of live(window, nowMs)) {
    freed += bucket.count;
    leavesAtMs = (bucket.second + WINDOW_SECONDS + 1) * 1_000;
    if (freed >= amount) break;
  }
  return leavesAtMs - nowMs;
}

function live({ buckets }: RateWindow, nowMs: number): Bucket[] {
  const oldest = oldestSecond(nowMs);
  return buckets.filter((bucket) => bucket.second >= oldest);
}

function oldestSecond(nowMs: number): number {
  return secondOf(nowMs) - WINDOW_SECONDS;
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / 1_000);
}

/** How far back anything can still count, for those who rebuild a window after a restart. */
export const RATE_MEMORY_MS = (WINDOW_SECONDS + 1) * 1_000;
