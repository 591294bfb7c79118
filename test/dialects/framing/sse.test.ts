import { describe, expect, it } from "vitest";
import { FramingError } from "../../../src/dialects/framing/frame.ts";
import type { Frame } from "../../../src/dialects/framing/frame.ts";
import { createSseDecoder, encodeSse, SSE_COMMENT } from "../../../src/dialects/framing/sse.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(...pieces: Uint8Array[]): Frame[] {
  const decoder = createSseDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

describe("createSseDecoder", () => {
  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("ends lines at %s", (_, newline) => {
    const text = ["event: a", "data: 1", "", "data: 2", "data: 3", "", ""].join(newline);
    expect(decode(encode(text))).toEqual([{ event: "a", data: "1" }, { data: "2\n3" }]);
  });

  it("gives the same frames wherever the bytes are cut", () => {
    const bytes = encode(
      "\uFEFF: hi\r\nevent: a\r\ndata: 東京 🗼\r\n\r\ndata:x\rdata: y\r\rdata: z\n\ndata: v\rdata: w\n\n",
    );
    const whole = decode(bytes);
    expect(whole).toEqual([
      { event: "a", data: "東京 🗼" },
      { data: "x\ny" },
      { data: "z" },
      { data: "v\nw" },
    ]);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const pieces = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ];
        expect(decode(...pieces), `cut at ${first} and ${second}`).toEqual(whole);
      }
    }
  });

  it("gives a frame as soon as its blank line is there", () => {
    const decoder = createSseDecoder();
    expect(decoder.push(encode("data: 1\r\n\r"))).toEqual([{ data: "1" }]);
    expect(decoder.push(encode("\ndata: 2"))).toEqual([]);
    expect(decoder.push(encode("\n\n"))).toEqual([{ data: "2" }]);
  });

  it("takes away one space after the colon and no more", () => {
    expect(decode(encode("data:a\n\ndata:  b\n\n"))).toEqual([{ data: "a" }, { data: " b" }]);
  });

  it("ignores comments, ids, retry times and events without data", () => {
    expect(
      decode(encode(`${SSE_COMMENT}id: 7\nretry: 10\nevent: ping\n\ndata\n\ndata:\n\ndata: 1\n\n`)),
    ).toEqual([{ data: "1" }]);
  });

  it("forgets the name of an event that had no data", () => {
    expect(decode(encode("event: ping\n\ndata: 1\n\n"))).toEqual([{ data: "1" }]);
  });

  it("gives the last event of a server that leaves out the blank line", () => {
    expect(decode(encode("data: 1\n\ndata: [DONE]"))).toEqual([{ data: "1" }, { data: "[DONE]" }]);
    expect(decode(encode("data: [DONE]\n"))).toEqual([{ data: "[DONE]" }]);
  });

  it("refuses an event without end, whether in one line or in many", () => {
    const piece = encode("x".repeat(1_000_000));
    const line = createSseDecoder();
    const lines = createSseDecoder();
    line.push(encode("data: "));
    const pushMany = (decoder: typeof line, bytes: Uint8Array): void => {
      for (let count = 0; count < 40; count++) decoder.push(bytes);
    };
    expect(() => pushMany(line, piece)).toThrow(FramingError);
    expect(() => pushMany(lines, encode(`data: ${"x".repeat(1_000_000)}\n`))).toThrow(FramingError);
  });

  it("takes time in proportion to the bytes, however small the pieces", () => {
    const bytes = encode(`data: ${"x".repeat(200_000)}\n\n`);
    const decoder = createSseDecoder();
    const frames: Frame[] = [];
    for (let at = 0; at < bytes.length; at++)
      frames.push(...decoder.push(bytes.subarray(at, at + 1)));
    expect(frames).toHaveLength(1);
    expect(frames[0]?.data).toHaveLength(200_000);
  });
});

describe("encodeSse", () => {
  it.each<[string, Frame]>([
    ["data: 1\n\n", { data: "1" }],
    ["event: a\ndata: 1\n\n", { event: "a", data: "1" }],
    ["data: 1\ndata: \ndata: 2\n\n", { data: "1\n\n2" }],
  ])("writes %j", (text, frame) => {
    expect(encodeSse(frame)).toBe(text);
    expect(decode(encode(text))).toEqual([frame]);
  });
});
