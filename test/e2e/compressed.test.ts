import {
  brotliCompressSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
  type InputType,
} from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Clients that compress what they send, as Codex does with zstd. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld({ settings: { general_settings: { max_request_size_mb: 1 } } });
  key = await world.gateway.createKey();
});
beforeEach(() => world.upstream.reset());
afterAll(() => world.stop());

function ask(path: string, body: InputType, encoding: string): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "content-encoding": encoding,
    },
    // Node's own types do not say that a Buffer is a body.
    body: Buffer.from(body as Buffer),
  });
}

const ENCODERS: [string, (body: string) => InputType][] = [
  ["zstd", (body) => zstdCompressSync(body)],
  ["gzip", (body) => gzipSync(body)],
  ["deflate", (body) => deflateSync(body)],
  ["br", (body) => brotliCompressSync(body)],
];

const bodyOf = (input: string): string =>
  JSON.stringify({ model: "openai-gpt", input, store: false, stream: false });

test.each(ENCODERS)("a body in %s is read, and goes on uncompressed", async (encoding, encode) => {
  const body = bodyOf("Hello こんにちは");
  const response = await ask("/v1/responses", encode(body), encoding);
  expect(response.status).toBe(200);
  const [sent] = world.upstream.requests;
  expect(sent?.headers["content-encoding"]).toBeUndefined();
  expect(sent?.rawBody.toString()).toBe(body.replace("openai-gpt", "gpt-4.1"));
});

test.each(ENCODERS)(
  "what %s makes of little is limited as if it were sent",
  async (name, encode) => {
    const bomb = encode(bodyOf("a".repeat(5_000_000)));
    const response = await ask("/v1/responses", bomb, name);
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("max_request_size_mb");
    const fitting = await ask("/v1/responses", encode(bodyOf("a".repeat(1_000_000))), name);
    expect(fitting.status).toBe(200);
  },
);

test.each(["/v1/responses", "/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens"])(
  "%s says what it can read",
  async (path) => {
    const response = await ask(path, Buffer.from("{}"), "lz4");
    expect(response.status).toBe(415);
    expect(response.headers.get("accept-encoding")).toBe("gzip, deflate, br, zstd");
    expect(await response.text()).toContain("gzip, deflate, br, zstd");
    expect(world.upstream.requests).toEqual([]);
  },
);
