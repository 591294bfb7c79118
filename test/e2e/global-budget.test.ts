import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** `litellm_settings.max_budget` binds accounts that know nothing of one another. */
let world: World;

const LIMIT_USD = 0.02;

beforeAll(async () => {
  world = await startWorld({
    settings: {
      litellm_settings: { max_budget: LIMIT_USD, budget_duration: "30d" },
      sekisho_settings: { budget_wait_ms: 20_000 },
    },
  });
});
afterAll(() => world.stop());

function call(key: string): Promise<Response> {
  return fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: "openai-gpt",
      max_tokens: 200,
      messages: [{ role: "user", content: "tokens:200 please, and mind the budget of everybody" }],
    }),
  });
}

test("five accounts calling in parallel spend what all may spend together, and no more", async () => {
  const keys = await Promise.all(Array.from({ length: 5 }, () => world.gateway.createKey()));
  const spentUsd: number[] = [];
  const refusals: string[] = [];
  await Promise.all(
    keys.flatMap((key) =>
      Array.from({ length: 40 }, async () => {
        const response = await call(key);
        const text = await response.text();
        if (response.status === 200) {
          spentUsd.push(Number(response.headers.get("x-litellm-response-cost")));
        } else {
          expect(response.status, text).toBe(429);
          refusals.push(text);
        }
      }),
    ),
  );
  const total = spentUsd.reduce((sum, cost) => sum + cost, 0);
  expect(total).toBeLessThanOrEqual(LIMIT_USD + 1e-12);
  expect(total).toBeGreaterThanOrEqual(LIMIT_USD * 0.95);
  expect(refusals.length).toBeGreaterThan(0);
  expect(refusals[0]).toContain(`Max budget: ${LIMIT_USD}`);
  expect(refusals[0]).toContain("It resets at");
}, 60_000);
