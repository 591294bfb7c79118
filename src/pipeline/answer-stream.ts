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
 * An upstream's streamed answer, read. Whatever the upstream does is told: a cut connection, a bad
 * checksum and a silence that lasts too long all arrive as an "error" event, and nothing comes after
 * one. Only a fault of ours is thrown.
 */
export interface AnswerStream {
  /** The next frames; `undefined` after the last. */
  next(): Promise<ReadFrame[] | undefined>;
  /**
   * From now on nobody waits for single frames: bytes gather for a moment before each read, which
   * costs far less CPU, until `hurry` resolves.
   */
  readInBulk(hurry: Promise<unknown>): void;
  /** The first word is there. */
  begin(): void;
  /** Stops the upstream. Safe to call at any time, any number of times. */
  cancel(): void;
}

export interface StreamParts {
  body: ReadableStream<Uint8Array>;
  decoder: FrameDecoder;
  reader: AnswerReader;
  /** Longest silence between two pieces. */
  idleTimeoutMs: number;
  /** The same until `begin` is called; a first word may take longer than the next. */
  openingTimeoutMs?: number;
  /** How long it may go on at all. */
  endsAfterMs?: number;
}

export function openAnswerStream(parts: StreamParts): AnswerStream {
  const bytes = parts.body.getReader({ mode: "byob" });
  const endsAtMs = Date.now() + (parts.endsAfterMs ?? Infinity);
  let silenceMs = parts.openingTimeoutMs ?? parts.idleTimeoutMs;
  let hurry: Promise<unknown> | undefined;
  let done = false;
  let fault: { cause: unknown } | undefined;

  const cancel = (): void => {
    done = true;
    // The upstream may already be gone; there is nobody to tell.
    void bytes.cancel().catch(() => undefined);
  };

  /** What came before a frame that is not understood still counts, whoever is to blame for it. */
  const interpret = (piece: Uint8Array | undefined): ReadFrame[] => {
    const read: ReadFrame[] = [];
    try {
      const frames = piece === undefined ? parts.decoder.end() : parts.decoder.push(piece);
      for (const frame of frames) read.push({ frame, events: parts.reader.read(frame) });
      if (piece === undefined) read.push({ frame: undefined, events: parts.reader.end() });
    } catch (cause) {
      if (cause instanceof FramingError) read.push(broken(cause));
      else fault = { cause };
    }
    return read;
  };

  const step = async (): Promise<ReadFrame[]> => {
    let piece: Uint8Array | undefined;
    try {
      if (hurry !== undefined) await pause(GATHER_MS, hurry);
      const leftMs = endsAtMs - Date.now();
      if (leftMs <= 0) throw new TooLong();
      piece = await withTimeout(readPiece(bytes), Math.min(silenceMs, leftMs));
    } catch (cause) {
      return [broken(cause)];
    }
    if (piece === undefined) done = true;
    return interpret(piece);
  };

  return {
    async next() {
      if (fault !== undefined) throw fault.cause;
      if (done) return undefined;
      const frames = await step();
      const failed = frames.some((one) => one.events.some((event) => event.type === "error"));
      if (failed || fault !== undefined) cancel();
      return frames;
    },
    begin: () => void (silenceMs = parts.idleTimeoutMs),
    readInBulk: (wakening) => void (hurry = wakening),
    cancel,
  };
}

async function readPiece(reader: ReadableStreamBYOBReader): Promise<Uint8Array | undefined> {
  const { done, value } = await reader.read(new Uint8Array(PIECE_BYTES));
  if (value !== undefined && value.byteLength > 0) return value;
  return done ? undefined : new Uint8Array(0);
}

/** One read takes whatever has arrived, up to this. */
const PIECE_BYTES = 65_536;
/**
 * Crossing into JavaScript is what costs, and counting has time: the end of the bytes is not waited
 * for. `readAtLeast` would do the same and holds back the other branch of a tee: the caller's.
 */
const GATHER_MS = 250;

async function pause(milliseconds: number, hurry: Promise<unknown>): Promise<void> {
  let timer: number | null = null;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([over, hurry]);
  clearTimeout(timer);
}

class IdleTimeout extends Error {
  override readonly name = "IdleTimeout";
}

/** Words still come, but the call's time is over. */
class TooLong extends Error {
  override readonly name = "TooLong";
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

function broken(cause: unknown): ReadFrame {
  return { frame: undefined, events: [{ type: "error", failure: failureOf(cause) }] };
}

/** Says what broke, never what was in it: a parser's message may quote the answer. */
function failureOf(cause: unknown): Failure {
  if (cause instanceof IdleTimeout) {
    return { category: "timeout", status: 0, message: "The upstream fell silent." };
  }
  if (cause instanceof TooLong) {
    return { category: "timeout", status: 0, message: "The upstream took too long." };
  }
  if (cause instanceof FramingError) {
    return { category: "broken-stream", status: 0, message: "The upstream's stream is corrupt." };
  }
  return { category: "broken-stream", status: 0, message: "The upstream cut the stream." };
}
