import { describe, expect, it } from "vitest";
import {
  createEventStreamDecoder,
  encodeEventStream,
} from "../../../src/dialects/framing/event-stream.ts";
import type { EventStreamMessage } from "../../../src/dialects/framing/event-stream.ts";
import { FramingError } from "../../../src/dialects/framing/frame.ts";
import { EMPTY, ONE_HEADER, PAYLOAD } from "../../fixtures/event-stream/messages.ts";

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const VECTORS: [string, string, EventStreamMessage][] = [
  ["nothing", EMPTY, { headers: {}, payload: new Uint8Array() }],
  ["a payload", PAYLOAD, { headers: {}, payload: utf8("{'foo':'bar'}") }],
  [
    "a header and a payload",
    ONE_HEADER,
    { headers: { "content-type": "application/json" }, payload: utf8("{'foo':'bar'}") },
  ],
];

function decode(...pieces: Uint8Array[]): EventStreamMessage[] {
  const decoder = createEventStreamDecoder();
  const messages = pieces.flatMap((piece) => decoder.push(piece));
  decoder.end();
  return messages;
}

const chunk = encodeEventStream({
  headers: {
    ":message-type": "event",
    ":event-type": "chunk",
    ":content-type": "application/json",
  },
  payload: utf8('{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abcd"}'),
});

describe("the AWS event stream", () => {
  it.each(VECTORS)("encodes a message of %s to AWS's own bytes", (_, hex, message) => {
    expect(toHex(encodeEventStream(message))).toBe(hex);
  });

  it.each(VECTORS)("decodes a message of %s", (_, hex, message) => {
    expect(decode(fromHex(hex))).toEqual([message]);
  });

  it("gives the same messages wherever the bytes are cut", () => {
    const bytes = Uint8Array.from([...chunk, ...fromHex(EMPTY), ...fromHex(ONE_HEADER)]);
    const whole = decode(bytes);
    expect(whole).toHaveLength(3);
    for (let at = 0; at <= bytes.length; at++) {
      expect(decode(bytes.subarray(0, at), bytes.subarray(at)), `cut at byte ${at}`).toEqual(whole);
    }
    expect(decode(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(whole);
  });

  it("detects every flipped bit", () => {
    for (let bit = 0; bit < chunk.length * 8; bit++) {
      const corrupt = Uint8Array.from(chunk);
      corrupt[bit >> 3] = (corrupt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decode(corrupt), `bit ${bit}`).toThrow(FramingError);
    }
  });

  it("detects a cut at every byte", () => {
    for (let length = 1; length < chunk.length; length++) {
      expect(() => decode(chunk.subarray(0, length)), `${length} bytes`).toThrow(FramingError);
    }
  });

  it("skips headers of other types and keeps the text after them", () => {
    const skipped = [
      [1, 97, 0],
      [1, 98, 1],
      [1, 99, 2, 1],
      [1, 100, 3, 1, 2],
      [1, 101, 4, 1, 2, 3, 4],
      [1, 102, 5, 1, 2, 3, 4, 5, 6, 7, 8],
      [1, 103, 6, 0, 2, 1, 2],
      [1, 104, 8, 1, 2, 3, 4, 5, 6, 7, 8],
      [1, 105, 9, ...Array.from({ length: 16 }, (_, index) => index)],
    ].flat();
    const message = withHeaders([...skipped, 1, 122, 7, 0, 2, 111, 107]);
    expect(decode(message)).toEqual([{ headers: { z: "ok" }, payload: new Uint8Array() }]);
  });

  it.each([
    ["of no known type", [1, 97, 10]],
    ["that reach beyond their end", [1, 97, 7, 0, 9, 1]],
    ["that stop in the middle", [5, 97]],
  ])("refuses headers %s, even with good checksums", (_, headers) => {
    expect(() => decode(withHeaders(headers))).toThrow(FramingError);
  });

  it("refuses a length no message has, before waiting for its bytes", () => {
    const prelude = withHeaders([], 100 * 1024 * 1024).subarray(0, 12);
    expect(() => createEventStreamDecoder().push(prelude)).toThrow(FramingError);
  });

  it("copies few bytes for a large message in small pieces", () => {
    const payload = new Uint8Array(4_000_000).fill(7);
    const bytes = encodeEventStream({ headers: {}, payload });
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, at) =>
      bytes.subarray(at * 1000, at * 1000 + 1000),
    );
    expect(decode(...pieces)[0]?.payload.length).toBe(payload.length);
  });
});

/** A message with these header bytes, with good checksums; optionally one that lies about its length. */
function withHeaders(headers: number[], length = headers.length + 16): Uint8Array {
  const message = new Uint8Array(headers.length + 16);
  const view = new DataView(message.buffer);
  view.setUint32(0, length);
  view.setUint32(4, headers.length);
  view.setUint32(8, crc32(message.subarray(0, 8)));
  message.set(headers, 12);
  view.setUint32(12 + headers.length, crc32(message.subarray(0, 12 + headers.length)));
  return message;
}

/** Bit by bit, so that the table of the codec is checked against something else. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
