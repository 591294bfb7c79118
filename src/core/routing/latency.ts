import type { DeploymentState, LatencySample } from "./pool-state.ts";

/** LiteLLM keeps ten; twice as many steady a percentile. */
const SAMPLES_MAX = 20;
/** What a timeout counts as, so that a hanging deployment does not look quick by never answering. */
export const TIMED_OUT_MS = 60_000;

export function addSample(state: DeploymentState, sample: LatencySample): void {
  state.samples = [...state.samples, sample].slice(-SAMPLES_MAX);
}

/**
 * What callers wait for: the first token of a stream, the whole of any other answer. Newest last;
 * older than `ttlMs` says nothing any more.
 */
export function latenciesOf(
  { samples }: DeploymentState,
  stream: boolean,
  ttlMs: number,
  nowMs: number,
): number[] {
  return samples
    .filter((one) => one.stream === stream && nowMs - one.atMs < ttlMs)
    .map((one) => (stream ? (one.firstTokenMs ?? one.totalMs) : one.totalMs));
}

export function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
