import { describe, expect, it } from "vitest";
import { jsonArray } from "../../../src/dialects/framing/json-array.ts";

const text = (pieces: Uint8Array[]): string =>
  pieces.map((piece) => new TextDecoder().decode(piece)).join("");

describe("a stream as one JSON array", () => {
  it("is valid JSON once it is closed, silences included", () => {
    const encoder = jsonArray.createEncoder();
    const pieces = [
      encoder.silence(),
      encoder.encode({ data: '{"a":"]"}' }),
      encoder.silence(),
      encoder.encode({ event: "named", data: "{}" }),
      encoder.silence(),
      encoder.end(),
    ];
    expect(JSON.parse(text(pieces))).toEqual([{ a: "]" }, {}]);
  });

  it("is an empty array when nothing was said", () => {
    expect(text([jsonArray.createEncoder().end()])).toBe("[]");
  });

  it("is no JSON before it is closed", () => {
    const encoder = jsonArray.createEncoder();
    const pieces = [encoder.encode({ data: "{}" }), encoder.encode({ data: "{}" })];
    expect(() => void JSON.parse(text(pieces))).toThrow();
  });

  it("lets every element be read when it arrives", () => {
    const encoder = jsonArray.createEncoder();
    expect(text([encoder.encode({ data: "1" })])).toBe("[1");
    expect(text([encoder.encode({ data: "2" })])).toBe(",\r\n2");
  });
});
