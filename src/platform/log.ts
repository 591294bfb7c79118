/**
 * The one way out to the console: a code and a few counts or names, as one JSON line. Never a body,
 * a record, or another error's message: any of them may quote a prompt or a key.
 */
export function logEvent(
  event: string,
  details: Record<string, string | number | readonly string[]>,
): void {
  // oxlint-disable-next-line no-console -- this is the way out
  console.error(JSON.stringify({ event, ...details }));
}

/** A bug of ours. The message stays inside: an engine's message may quote what it choked on. */
export function logFault(cause: unknown): void {
  logEvent("internal_error", whereIn(cause));
}

/** Calls go on without it, each isolate for itself, so limits of deployments may be passed meanwhile. */
export function logPoolAway(group: string, cause: unknown): void {
  logEvent("pool_away", { group, ...whereIn(cause) });
}

/** The name and the stack's addresses, without the message line. */
function whereIn(cause: unknown): { name: string; at: string[] } {
  if (!(cause instanceof Error)) return { name: typeof cause, at: [] };
  const lines = (cause.stack ?? "").split("\n").map((line) => line.trim());
  return { name: cause.name, at: lines.filter((line) => line.startsWith("at ")).slice(0, 12) };
}
