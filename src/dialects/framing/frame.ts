/** One message of a stream, whatever carries it: an SSE event, or an AWS event-stream message. */
export interface Frame {
  /** SSE `event:` name, when the stream names its events. */
  event?: string;
  data: string;
}

/** Cuts a byte stream into frames. Made per stream; chunks may split anywhere. */
export interface FrameDecoder {
  /** Frames completed by these bytes. Throws `FramingError` when they cannot be a stream of this kind. */
  push(bytes: Uint8Array): Frame[];
  /** Call at the end of the bytes: the frame that was still open, if the framing allows that. */
  end(): Frame[];
}

/** The bytes are not what the vendor's framing promises: cut short, a bad checksum, no JSON. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}
