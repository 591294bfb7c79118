import type { CallerFraming } from "../framing/caller-framing.ts";
import { encodeEventFrame, eventStream } from "../framing/event-stream.ts";
import type { Frame } from "../framing/frame.ts";

/** Each of Anthropic's events in a message of type `chunk`; exceptions are messages of their own. */
export const chunkStream: CallerFraming = {
  ...eventStream,
  createEncoder: () => ({ ...eventStream.createEncoder(), encode: encodeChunk }),
};

function encodeChunk(frame: Frame): Uint8Array {
  if (frame.event?.endsWith("Exception")) return encodeEventFrame(frame);
  return encodeEventFrame({
    event: "chunk",
    data: JSON.stringify({ bytes: base64Of(frame.data) }),
  });
}

const utf8 = new TextEncoder();
/** How many bytes become characters at a time; more arguments than this overflow the stack. */
const PIECE_BYTES = 32_768;

function base64Of(text: string): string {
  const bytes = utf8.encode(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES));
  }
  return btoa(binary);
}
