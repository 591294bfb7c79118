import type { Read } from "./prompt.ts";

/** What a scenario's regions saw. */
export interface Counts {
  /** Calls that reached a region at all: conversations' turns, told apart by how much was said. */
  sent: Set<string>;
  accepted: number;
  refused: number;
  promptTokens: number;
  cachedTokens: number;
  acceptedByRegion: Record<string, number>;
}

export function emptyCounts(): Counts {
  return {
    sent: new Set(),
    accepted: 0,
    refused: 0,
    promptTokens: 0,
    cachedTokens: 0,
    acceptedByRegion: {},
  };
}

/** Without a number of cached tokens it was refused. */
export function note(counts: Counts, region: string, read: Read, cachedTokens?: number): void {
  counts.sent.add(`${read.conversation}/${read.tokens}`);
  if (cachedTokens === undefined) {
    counts.refused += 1;
    return;
  }
  counts.accepted += 1;
  counts.promptTokens += read.tokens;
  counts.cachedTokens += cachedTokens;
  counts.acceptedByRegion[region] = (counts.acceptedByRegion[region] ?? 0) + 1;
}
