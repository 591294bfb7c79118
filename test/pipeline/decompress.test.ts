import { describe, expect, it } from "vitest";
import { readFormBody } from "../../src/pipeline/forward-form.ts";
import { readJsonBody } from "../../src/pipeline/read-request.ts";
import { rejectionOf } from "../core/thrown.ts";

const BYTES_MAX = 1_000;
const TEXT = '{"model":"m","input":"こんにちは"}';

/** `TEXT`, as other people's encoders wrote it; the second zstd does not say how long it is. */
const SMALL: [string, string][] = [
  ["gzip", "H4sIAAAAAAAAA6tWys1PSc1RslLKVdJRyswrKC1RslJ63Dj5cdPkx42rHzcufNy4XqkWAEhpfvknAAAA"],
  ["x-gzip", "H4sIAAAAAAAAA6tWys1PSc1RslLKVdJRyswrKC1RslJ63Dj5cdPkx42rHzcufNy4XqkWAEhpfvknAAAA"],
  ["deflate", "eJyrVsrNT0nNUbJSylXSUcrMKygtUbJSetw4+XHT5MeNqx83LnzcuF6pFgApchFt"],
  ["br", "CxOAeyJtb2RlbCI6Im0iLCJpbnB1dCI6IuOBk+OCk+OBq+OBoeOBryJ9Aw=="],
  ["zstd", "KLUv/SAnOQEAeyJtb2RlbCI6Im0iLCJpbnB1dCI6IuOBk+OCk+OBq+OBoeOBryJ9"],
  ["ZSTD", "KLUv/QBYOQEAeyJtb2RlbCI6Im0iLCJpbnB1dCI6IuOBk+OCk+OBq+OBoeOBryJ9KLUv/SAAAQAA"],
];

/** 100,008 bytes of JSON, which is a hundred times what is allowed here. */
const BOMBS: [string, string][] = [
  [
    "gzip",
    "H4sIAAAAAAACA+3BQQ0AMAgEMC8nAzdzQULwPhs82k46lQcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACclf0RQtZNqIYBAA==",
  ],
  [
    "deflate",
    "eNrtwUENADAIBDAvJwM3c0FC8D4bPNpOOpUHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAnJX9rD4Nfw==",
  ],
  ["br", "W6eGgd9ILdac4U4tEoa3t3T6SpLbAoGz/AJuiA=="],
  ["zstd", "KLUv/aCohgEAjQAASHsieCI6ImEifQEAnIY5MAI="],
];

/** The small text again, in a frame that asks for a window of 128 MB. */
const WIDE_WINDOW = "KLUv/QCIOQEAeyJtb2RlbCI6Im0iLCJpbnB1dCI6IuOBk+OCk+OBq+OBoeOBryJ9KLUv/SAAAQAA";

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function requestWith(body: BodyInit, headers: Record<string, string>): Request {
  return new Request("https://gateway.example/", { method: "POST", body, headers });
}

const read = (body: BodyInit, encoding: string, bytesMax = BYTES_MAX) =>
  readJsonBody(requestWith(body, { "content-encoding": encoding }), bytesMax);

describe("a compressed body", () => {
  it.each(SMALL)("is read when it came as %s", async (encoding, base64) => {
    const body = await read(bytesOf(base64), encoding);
    expect(body.text).toBe(TEXT);
    expect(body.value.input).toBe("こんにちは");
  });

  it.each(SMALL)("may come to exactly the size allowed (%s)", async (encoding, base64) => {
    const exactly = new TextEncoder().encode(TEXT).byteLength;
    const sent = bytesOf(base64);
    // What was sent is limited as well, and so short a text grows by being compressed.
    const bytesMax = Math.max(exactly, sent.byteLength);
    expect((await read(sent, encoding, bytesMax)).text).toBe(TEXT);
  });

  it.each(BOMBS)("is refused when it comes to more than is allowed (%s)", async (name, base64) => {
    const sent = bytesOf(base64);
    expect(sent.byteLength).toBeLessThan(200);
    const error = await rejectionOf(read(sent, name));
    expect(error.code).toBe("request_too_large");
    expect((await read(sent, name, 100_008)).text).toHaveLength(100_008);
    expect((await rejectionOf(read(sent, name, 100_007))).code).toBe("request_too_large");
  });

  it("is refused when it would take a window no client may use", async () => {
    const error = await rejectionOf(read(bytesOf(WIDE_WINDOW), "zstd"));
    expect(error.code).toBe("invalid_request");
  });

  it.each(["gzip", "deflate", "br", "zstd"])("is refused when it is no %s", async (encoding) => {
    const error = await rejectionOf(read(TEXT, encoding));
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain("Content-Encoding");
  });

  it.each(SMALL)("is refused when it was cut (%s)", async (encoding, base64) => {
    const cut = bytesOf(base64).subarray(0, 20);
    expect((await rejectionOf(read(cut, encoding))).code).toBe("invalid_request");
  });

  it.each(["compress", "gzip, zstd", "lz4"])(
    "in a way nobody here knows (%s) is told which are known",
    async (encoding) => {
      const error = await rejectionOf(read(TEXT, encoding));
      expect(error.row.status).toBe(415);
      expect(error.message).toContain(`"${encoding}"`);
      expect(error.details.headers).toEqual({ "accept-encoding": "gzip, deflate, br, zstd" });
    },
  );

  it("is not looked for where nothing says so", async () => {
    expect((await read(TEXT, "identity")).text).toBe(TEXT);
    const error = await rejectionOf(
      readJsonBody(requestWith(bytesOf(SMALL[0]?.[1] ?? ""), {}), 99),
    );
    expect(error.code).toBe("invalid_json");
  });
});

it("a form may be compressed, too", async () => {
  const boundary = "x7";
  const part = `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--${boundary}--\r\n`;
  const gzip = new Response(part).body?.pipeThrough(new CompressionStream("gzip"));
  const sent = await new Response(gzip).arrayBuffer();
  const headers = {
    "content-encoding": "gzip",
    "content-type": `multipart/form-data; boundary=${boundary}`,
  };
  const { value } = await readFormBody(requestWith(sent, headers), BYTES_MAX);
  expect(value).toEqual({ model: "whisper-1" });
});
