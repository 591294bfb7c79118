import type { CallerFraming } from "./caller-framing.ts";
import { FramingError } from "./frame.ts";
import type { Frame } from "./frame.ts";

/** One message of AWS's binary framing, `application/vnd.amazon.eventstream`. */
export interface EventStreamMessage {
  /** Only headers whose value is text; services use the other types for nothing we read. */
  headers: Record<string, string>;
  payload: Uint8Array;
}

export interface EventStreamDecoder {
  /** Messages completed by these bytes. Throws `FramingError` at the first that is corrupt. */
  push(bytes: Uint8Array): EventStreamMessage[];
  /** Call at the end of the bytes. Throws `FramingError` when they stop inside a message. */
  end(): void;
}

/**
 * A message is: total length, headers length, CRC of these eight bytes, headers, payload, CRC of
 * everything before it. All numbers are big-endian.
 */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
/** AWS limits a payload to 16 MiB and the headers to 128 KiB. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024 + 128 * 1024 + PRELUDE_BYTES + CRC_BYTES;

export function createEventStreamDecoder(): EventStreamDecoder {
  // Grows by doubling and is compacted once per push, so that every byte is copied a few times only.
  let buffer = new Uint8Array(4096);
  let filled = 0;

  const append = (bytes: Uint8Array): void => {
    if (filled + bytes.length > buffer.length) {
      const larger = new Uint8Array(Math.max(buffer.length * 2, filled + bytes.length));
      larger.set(buffer.subarray(0, filled));
      buffer = larger;
    }
    buffer.set(bytes, filled);
    filled += bytes.length;
  };

  return {
    push(bytes) {
      append(bytes);
      const messages: EventStreamMessage[] = [];
      let start = 0;
      for (;;) {
        const rest = buffer.subarray(start, filled);
        const length = messageLength(rest);
        if (length === undefined || length > rest.length) break;
        messages.push(decodeMessage(rest.subarray(0, length)));
        start += length;
      }
      buffer.copyWithin(0, start, filled);
      filled -= start;
      return messages;
    },
    end() {
      if (filled > 0) throw new FramingError("the event stream stops inside a message");
    },
  };
}

/** The length the prelude promises, once the prelude is there and its checksum holds. */
function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < PRELUDE_BYTES) return undefined;
  const view = viewOf(bytes);
  if (crc32(bytes.subarray(0, 8)) !== view.getUint32(8))
    throw new FramingError("bad prelude checksum");
  const length = view.getUint32(0);
  const isPossible =
    length >= PRELUDE_BYTES + view.getUint32(4) + CRC_BYTES && length <= MESSAGE_BYTES_MAX;
  if (!isPossible) throw new FramingError(`a message cannot be ${length} bytes long`);
  return length;
}

function decodeMessage(message: Uint8Array): EventStreamMessage {
  const view = viewOf(message);
  const end = message.length - CRC_BYTES;
  if (crc32(message.subarray(0, end)) !== view.getUint32(end))
    throw new FramingError("bad message checksum");
  const payloadStart = PRELUDE_BYTES + view.getUint32(4);
  return {
    headers: decodeHeaders(message.subarray(PRELUDE_BYTES, payloadStart)),
    payload: message.slice(payloadStart, end),
  };
}

const STRING_TYPE = 7;
/** Bytes of a value by its type: true, false, byte, short, integer, long, -, -, timestamp, uuid. */
const FIXED_VALUE_BYTES = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

function decodeHeaders(bytes: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {};
  const text = new TextDecoder();
  const view = viewOf(bytes);
  let at = 0;
  try {
    while (at < bytes.length) {
      const nameEnd = at + 1 + view.getUint8(at);
      const type = view.getUint8(nameEnd);
      const isCounted = type === 6 || type === STRING_TYPE;
      const valueStart = nameEnd + (isCounted ? 3 : 1);
      const length = isCounted ? view.getUint16(nameEnd + 1) : FIXED_VALUE_BYTES[type];
      if (length === undefined || valueStart + length > bytes.length)
        throw new RangeError("no such header");
      const value = bytes.subarray(valueStart, valueStart + length);
      if (type === STRING_TYPE)
        headers[text.decode(bytes.subarray(at + 1, nameEnd))] = text.decode(value);
      at = valueStart + length;
    }
  } catch (cause) {
    throw new FramingError("malformed message headers", { cause });
  }
  return headers;
}

export function encodeEventStream({ headers, payload }: EventStreamMessage): Uint8Array {
  const head = encodeHeaders(headers);
  const end = PRELUDE_BYTES + head.length + payload.length;
  const message = new Uint8Array(end + CRC_BYTES);
  const view = viewOf(message);
  view.setUint32(0, message.length);
  view.setUint32(4, head.length);
  view.setUint32(8, crc32(message.subarray(0, 8)));
  message.set(head, PRELUDE_BYTES);
  message.set(payload, PRELUDE_BYTES + head.length);
  view.setUint32(end, crc32(message.subarray(0, end)));
  return message;
}

function encodeHeaders(headers: Record<string, string>): Uint8Array {
  const utf8 = new TextEncoder();
  return Uint8Array.from(
    Object.entries(headers).flatMap(([name, value]) => {
      const nameBytes = utf8.encode(name);
      const valueBytes = utf8.encode(value);
      return [
        nameBytes.length,
        ...nameBytes,
        STRING_TYPE,
        valueBytes.length >> 8,
        valueBytes.length & 255,
        ...valueBytes,
      ];
    }),
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** CRC-32 of zip and PNG, one table entry per byte value. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** A frame's name is the type of its message; whatever is named an exception is one. */
export function encodeEventFrame({ event = "", data }: Frame): Uint8Array {
  const kind = event.endsWith("Exception") ? "exception" : "event";
  return encodeEventStream({
    headers: {
      [`:${kind}-type`]: event,
      ":content-type": "application/json",
      ":message-type": kind,
    },
    payload: utf8.encode(data),
  });
}

/** AWS's framing, as its SDKs read it. */
export const eventStream: CallerFraming = {
  name: "event-stream",
  contentType: "application/vnd.amazon.eventstream",
  createEncoder: () => ({
    encode: encodeEventFrame,
    end: () => NOTHING,
    // The format has no message without meaning, and AWS sends nothing in silences either.
    silence: () => NOTHING,
  }),
};
