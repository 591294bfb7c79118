import type { ChatEvent } from "../core/chat.ts";
import type { Failure } from "../core/failure.ts";
import type { AnswerReader } from "../dialects/dialect.ts";
import { FramingError, type Frame, type FrameDecoder } from "../dialects/framing/frame.ts";

/** A frame with what it means. */
export interface ReadFrame {
  /** Absent for what the end of the bytes told us. */
  frame: Frame | undefined;
  events: ChatEvent[];
}

/**
 * An upstream's streamed answer, read. It never throws: a cut connection, a bad checksum and a
 * silence that lasts too long all arrive as an "error" event, and nothing comes after one.
 */
export interface AnswerStream {
  /** The next frames; `undefined` after the last. */
  next(): Promise<ReadFrame[] | undefined>;
  /** From now on nobody waits for single frames: read in large pieces, which costs far less CPU. */
  readInBulk(): void;
  /** Stops the upstream. Safe to call at any time, any number of times. */
  cancel(): void;
}

export interface StreamParts {
  body: ReadableStream<Uint8Array>;
  decoder: FrameDecoder;
  reader: AnswerReader;
  /** Longest silence between two pieces. */
  idleTimeoutMs: number;
}

export function openAnswerStream(parts: StreamParts): AnswerStream {
  const bytes = parts.body.getReader({ mode: "byob" });
  let bulk = false;
  let done = false;

  const interpret = (frames: Frame[]): ReadFrame[] =>
    frames.map((frame) => ({ frame, events: parts.reader.read(frame) }));

  const step = async (): Promise<ReadFrame[]> => {
    const piece = await withTimeout(readPiece(bytes, bulk), parts.idleTimeoutMs);
    if (piece !== undefined) return interpret(parts.decoder.push(piece));
    done = true;
    return [...interpret(parts.decoder.end()), { frame: undefined, events: parts.reader.end() }];
  };

  const cancel = (): void => {
    done = true;
    // The upstream may already be gone; there is nobody to tell.
    void bytes.cancel().catch(() => undefined);
  };

  return {
    async next() {
      if (done) return undefined;
      try {
        const frames = await step();
        if (frames.some((one) => one.events.some((event) => event.type === "error"))) cancel();
        return frames;
      } catch (cause) {
        cancel();
        return [{ frame: undefined, events: [{ type: "error", failure: failureOf(cause) }] }];
      }
    },
    readInBulk: () => void (bulk = true),
    cancel,
  };
}

async function readPiece(
  reader: ReadableStreamBYOBReader,
  bulk: boolean,
): Promise<Uint8Array | undefined> {
  const view = new Uint8Array(PIECE_BYTES);
  const { done, value } = bulk
    ? await reader.readAtLeast(BULK_BYTES, view)
    : await reader.read(view);
  // A last bulk read may be short and final at once; its bytes count.
  if (value !== undefined && value.byteLength > 0) return value;
  return done ? undefined : new Uint8Array(0);
}

/** One read takes whatever has arrived, up to this. */
const PIECE_BYTES = 65_536;
/** Measured: waiting for pieces this large costs a fifth of the CPU of reading every event alone. */
const BULK_BYTES = 32_768;

class IdleTimeout extends Error {
  override readonly name = "IdleTimeout";
}

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: number | null = null;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new IdleTimeout()), milliseconds);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says what broke, never what was in it: a parser's message may quote the answer. */
function failureOf(cause: unknown): Failure {
  if (cause instanceof IdleTimeout) {
    return { category: "timeout", status: 0, message: "The upstream fell silent." };
  }
  if (cause instanceof FramingError) {
    return { category: "broken-stream", status: 0, message: "The upstream's stream is corrupt." };
  }
  return { category: "broken-stream", status: 0, message: "The upstream cut the stream." };
}
