import { describe, expect, it } from "vitest";
import { readJsonBody } from "../../src/pipeline/read-request.ts";
import { rejectionOf } from "../core/thrown.ts";

const BYTES_MAX = 1_000;

function requestWith(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("https://gateway.example/", { method: "POST", body, headers });
}

const read = (body: BodyInit, headers?: Record<string, string>) =>
  readJsonBody(requestWith(body, headers), BYTES_MAX);

/** Pieces that arrive one by one, with no length announced. */
function chunked(pieces: Uint8Array[]): ReadableStream {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a body", () => {
  it("keeps its exact text beside its value", async () => {
    const text = '{ "model":"m",\n "n": 1.0, "id": 12345678901234567890, "e": "\\u00e9" }';
    const body = await read(text);
    expect(body.text).toBe(text);
    expect(body.value).toMatchObject({ model: "m", n: 1, e: "é" });
  });

  it("may come in pieces that cut a character", async () => {
    const bytes = utf8('{"city":"京都"}');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect((await read(chunked(pieces))).value).toEqual({ city: "京都" });
  });

  it("may begin with a byte order mark, which goes no further", async () => {
    expect((await read("\ufeff{}")).text).toBe("{}");
  });

  it("may have exactly the size allowed", async () => {
    const body = JSON.stringify({ x: "a".repeat(BYTES_MAX - 8) });
    expect(body).toHaveLength(BYTES_MAX);
    expect((await read(body)).text).toBe(body);
  });

  it("may name a member __proto__ and changes nothing by it", async () => {
    const { value } = await read('{"__proto__":{"model":"gpt"},"constructor":1}');
    expect(value.model).toBeUndefined();
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf({})).not.toHaveProperty("model");
  });

  it("may hold any number of brackets in its strings", async () => {
    const text = JSON.stringify({ x: '[{"\\'.repeat(60), y: "\\" });
    expect((await read(text)).text).toBe(text);
  });

  it("may nest 128 levels and no more", async () => {
    const nested = (levels: number) => `{"x":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    expect((await read(nested(128))).text).toBe(nested(128));
    const error = await rejectionOf(read(nested(129)));
    expect(error.message).toContain("deeper than 128");
  });
});

describe("a body that is too large", () => {
  it("is refused by its announced length before it is read, if that is far too much", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const request = requestWith(endless, { "content-length": "2001" });
    const error = await rejectionOf(readJsonBody(request, BYTES_MAX));
    expect(error.code).toBe("request_too_large");
    expect(pulled).toBeLessThan(10);
  });

  it("is read to its end when it is only a little too large, so that its sender hears why", async () => {
    const pieces = Array.from({ length: 15 }, () => new Uint8Array(100));
    let taken = 0;
    const body = new ReadableStream({
      pull(controller) {
        const piece = pieces[taken];
        taken += 1;
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    });
    const request = requestWith(body, { "content-length": "1500" });
    expect((await rejectionOf(readJsonBody(request, BYTES_MAX))).code).toBe("request_too_large");
    expect(taken).toBeGreaterThan(pieces.length);
  });

  it.each(["0", "7", "not a number", "-1"])(
    "is counted as it comes when its announced length is a lie (%s)",
    async (length) => {
      const pieces = Array.from({ length: 20 }, () => new Uint8Array(100));
      const error = await rejectionOf(read(chunked(pieces), { "content-length": length }));
      expect(error.code).toBe("request_too_large");
    },
  );

  it("is told the limit in megabytes and where it is set", async () => {
    const request = requestWith("{}", { "content-length": "99999999" });
    const error = await rejectionOf(readJsonBody(request, 20 * 1_048_576));
    expect(error.message).toContain("20 MB");
    expect(error.message).toContain("max_request_size_mb");
  });
});

describe("a body that cannot be read", () => {
  it.each([
    ["empty", ""],
    ["white space", " \n"],
    ["cut", '{"model": "gpt"'],
    ["two values", "{} {}"],
    ["a form", "model=gpt&x=1"],
    ["JSON with a comment", '{"a": 1} // yes'],
    ["NaN", '{"a": NaN}'],
  ])("because it is %s is refused as JSON", async (_what, text) => {
    const error = await rejectionOf(read(text));
    expect(error.code).toBe("invalid_json");
    expect(error.message).toContain("not valid JSON");
  });

  it.each(["null", "1", '"text"', "true", "[]", '[{"model":"gpt"}]'])(
    "because it is no object (%s) is told so",
    async (text) => {
      const error = await rejectionOf(read(text));
      expect(error.message).toBe("The request body must be a JSON object.");
    },
  );

  it.each([
    ["Latin-1", Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d)],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
    ["a cut character", Uint8Array.of(0x22, 0xe4, 0xba)],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 0x08, 0x00)],
  ])("because it is %s is refused as text", async (_what, bytes) => {
    const error = await rejectionOf(read(bytes));
    expect(error.code).toBe("invalid_json");
    expect(error.message).toContain("UTF-8");
  });

  it.each(["[", '{"a":', '{"a":[', '[{"":'])(
    "because it nests 100,000 levels of %s is refused in no time",
    async (opening) => {
      const request = requestWith(`{"x":${opening.repeat(100_000)}`);
      const startedMs = Date.now();
      const error = await rejectionOf(readJsonBody(request, 10_000_000));
      expect(error.code).toBe("invalid_json");
      expect(Date.now() - startedMs).toBeLessThan(1_000);
    },
  );

  it("because it is one endless string of escapes is refused in no time", async () => {
    const request = requestWith(`{"x":"${"\\\\".repeat(2_000_000)}\\"`);
    const startedMs = Date.now();
    const error = await rejectionOf(readJsonBody(request, 10_000_000));
    expect(error.code).toBe("invalid_json");
    expect(Date.now() - startedMs).toBeLessThan(1_000);
  });
});
