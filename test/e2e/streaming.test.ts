import { afterAll, beforeAll, expect, test } from "vitest";
import { entry, startWorld, type World } from "./world.ts";

/** A stream is a stream: what the vendor says is read while it is said. */
let world: World;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => [
      entry("hasty", {
        model: "anthropic/claude-sonnet-4-5",
        api_base: `${url}/anthropic`,
        api_key: credentials.anthropicApiKey,
        stream_timeout: 0.5,
      }),
    ],
  });
});
afterAll(() => world.stop());

const PACE_MS = 50;

function post(model: string, path: string, body: object, key: string): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      max_tokens: 100,
      stream: true,
      messages: [{ role: "user", content: "tokens:20 please" }],
      ...body,
    }),
  });
}

const COUNTED = { stream_options: { include_usage: true } };

test.each([
  ["anthropic-claude", "/v1/messages", {}],
  ["vertex-claude", "/v1/messages", {}],
  ["bedrock-claude", "/v1/messages", {}],
  ["openai-gpt", "/v1/messages", {}],
  ["openai-gpt", "/v1/chat/completions", {}],
  ["openai-gpt", "/v1/chat/completions", COUNTED],
  ["bedrock-claude", "/v1/chat/completions", COUNTED],
])("%s on %s (%o) arrives word by word", async (model, path, body) => {
  world.upstream.reset();
  world.upstream.script({}, [{ paceMs: PACE_MS }]);
  const response = await post(model, path, body, await world.gateway.createKey());
  const arrivals: number[] = [];
  for await (const _ of response.body ?? []) arrivals.push(Date.now());
  const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? at));
  expect(arrivals.length).toBeGreaterThan(15);
  expect(Math.max(...gaps)).toBeLessThan(PACE_MS * 6);
});

test("bytes that are forwarded keep their order and their number", async () => {
  world.upstream.reset();
  const key = await world.gateway.createKey();
  const body = { max_tokens: 5_000, messages: [{ role: "user", content: "tokens:4000 please" }] };
  const response = await post("anthropic-claude", "/v1/messages", body, key);
  const words = [...(await response.text()).matchAll(/"text":"w(\d+) ?"/g)].map(([, n]) =>
    Number(n),
  );
  expect(words).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
});

test("a forwarded stream that falls silent ends in an error event, a cut and a free upstream", async () => {
  world.upstream.reset();
  world.upstream.script({}, [{ stallAt: { chunk: 8, ms: 20_000 } }]);
  const key = await world.gateway.createKey();
  const response = await post("hasty", "/v1/messages", {}, key);
  let text = "";
  const reading = (async () => {
    for await (const piece of response.body ?? [])
      text += Buffer.from(piece as Uint8Array).toString();
  })();
  await expect(reading).rejects.toThrow();
  expect(text).toContain('"text":"w4 "');
  expect(text.match(/^event: error$/gm)).toHaveLength(1);
  expect(text).toContain("timeout_error");
  const [row] = await world.rows(key, 1);
  expect(row).toMatchObject({ ending: "broken", error_code: "upstream_timeout" });
  expect(world.upstream.requests[0]?.abortedAtMs).toBeDefined();
});
