import type { Frame } from "./frame.ts";

/** What carries a stream to a caller. */
export interface CallerFraming {
  /** Bytes of an upstream with the same framing can be forwarded as they are. */
  readonly name: "sse" | "event-stream" | "json-array";
  readonly contentType: string;
  /** Made per answer: some framings open and close. */
  createEncoder(): FrameEncoder;
}

export interface FrameEncoder {
  encode(frame: Frame): Uint8Array;
  /** What stands after the last frame; often nothing. */
  end(): Uint8Array;
  /** Bytes that mean nothing, for silences; empty where there are none. */
  silence(): Uint8Array;
}
