/**
 * All of a stream that is short enough; nothing when it broke, was too long, or was cut because its
 * caller left. What is not wanted is let go of, so that it does not pile up beside a slow caller.
 */
export async function gatherWhole(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
  cutBy: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  const leave = (): void => void reader.cancel().catch(() => undefined);
  cutBy?.addEventListener("abort", leave, { once: true });
  try {
    const pieces = await readAll(reader, bytesMax);
    return cutBy?.aborted === true || pieces === undefined ? undefined : join(pieces);
  } catch {
    return undefined;
  } finally {
    cutBy?.removeEventListener("abort", leave);
    leave();
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    length += value.length;
    if (length > bytesMax) return undefined;
    pieces.push(value);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const body = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}
