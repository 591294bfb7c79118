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
