import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

// A vendor forgets a conversation it had cached, and whoever pays for reading it anew can see it.
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const OPENING = "word ".repeat(8_000);

async function turn(key: string, words: string): Promise<string> {
  const response = await fetch(`${world.gateway.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "x-claude-code-session-id": "session-0002" },
    body: JSON.stringify({
      model: "claude",
      max_tokens: 50,
      system: [{ type: "text", text: OPENING, cache_control: { type: "ephemeral" } }],
      messages: [{ role: "user", content: words }],
    }),
  });
  expect(response.status, await response.text()).toBe(200);
  return response.headers.get("x-litellm-call-id") ?? "";
}

const told = async (path: string): Promise<unknown> => (await world.gateway.admin(path)).json();

test("a lost cache shows in its call's log and in the report of caches, with what it cost", async () => {
  const key = await world.gateway.createKey();
  const first = await turn(key, "one");
  const second = await turn(key, "two");
  world.upstream.script({}, [{ usage: { cacheReadTokens: 0 } }]);
  const third = await turn(key, "three");
  const fourth = await turn(key, "four");
  await world.rows(key, 4);
  const cached = { route_reason: "affinity", cached_tokens_expected: expect.any(Number) as number };
  for (const [id, metadata] of [
    [first, { route_reason: "strategy", cached_tokens_expected: 0, cache_lost: false }],
    [second, { ...cached, cache_lost: false }],
    [third, { ...cached, cache_lost: true }],
    [fourth, { ...cached, cache_lost: false }],
  ] as const) {
    expect(await told(`/spend/logs?request_id=${id}`)).toMatchObject([{ metadata }]);
  }
  // $3.30 a million in a geography's regions, and $0.33 from their caches.
  const lost = { caches_lost: 1, lost_tokens: 10_000, lost_cost_usd: 0.0297 };
  expect(await told("/usage/caches")).toMatchObject({
    caches: [{ model: "claude", requests: 4, ...lost }],
  });
});
