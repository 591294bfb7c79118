import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Budgets hold: in parallel, through every upstream, and for key, team and user alike. */
let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { sekisho_settings: { budget_wait_ms: 20_000 } } });
});
afterAll(() => world.stop());

const CALLS = 200;
const AFFORDED = 50;

/** Exactly `max_tokens` come back, so what a call may cost is close to what it does. */
const BODY = {
  max_tokens: 200,
  messages: [{ role: "user", content: "tokens:200 please, and mind the budget of this key" }],
};

async function call(key: string, model: string, stream: boolean): Promise<Response> {
  const response = await fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...BODY, model, stream }),
  });
  return new Response(await response.text(), response);
}

async function costOfOne(model: string): Promise<number> {
  const key = await world.gateway.createKey();
  const response = await call(key, model, false);
  expect(response.status).toBe(200);
  return Number(response.headers.get("x-litellm-response-cost"));
}

test.each([
  ["bedrock-claude", false],
  ["bedrock-claude", true],
  ["openai-gpt", true],
  ["gemini-2", false],
] as const)(
  "200 parallel calls of %s (stream: %s) against a budget for 50 overspend nothing and serve 48 or more",
  async (model, stream) => {
    const budget = (await costOfOne(model)) * AFFORDED;
    const key = await world.gateway.createKey({ max_budget: budget });
    const responses = await Promise.all(
      Array.from({ length: CALLS }, () => call(key, model, stream)),
    );
    const served = responses.filter((response) => response.status === 200).length;
    const refused = responses.filter((response) => response.status === 429);
    expect(served + refused.length).toBe(CALLS);
    expect(served).toBeGreaterThanOrEqual(AFFORDED - 2);
    expect(served).toBeLessThanOrEqual(AFFORDED);
    const rows = await world.rows(key, served);
    const spent = rows.reduce((sum, row) => sum + row.cost_nano_usd, 0);
    expect(spent).toBeLessThanOrEqual(Math.round(budget * 1e9));
    const refusal = (await refused[0]?.json()) as { error: { type: string; message: string } };
    expect(refusal.error.type).toBe("budget_exceeded");
  },
  60_000,
);

test("a team's budget binds all its keys together, and the refusal names the team", async () => {
  const cost = await costOfOne("openai-gpt");
  const team = await world.gateway.admin("/team/new", {
    method: "POST",
    body: { team_alias: "tea", max_budget: cost * 3.5 },
  });
  const { team_id } = (await team.json()) as { team_id: string };
  const keys = await Promise.all(
    Array.from({ length: 3 }, () => world.gateway.createKey({ team_id, max_budget: 100 })),
  );
  const responses = [];
  for (let turn = 0; turn < 6; turn++) {
    responses.push(await call(keys[turn % 3] ?? "", "openai-gpt", false));
  }
  expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 429, 429, 429]);
  const refusal = (await responses[3]?.json()) as { error: { message: string } };
  expect(refusal.error.message).toContain("Team=tea");
  expect(responses[3]?.headers.get("x-should-retry")).toBe("false");
});

test("a person's budget binds all keys without a team", async () => {
  const cost = await costOfOne("openai-gpt");
  const made = await world.gateway.admin("/user/new", {
    method: "POST",
    body: { user_id: "hanako", max_budget: cost * 1.5, auto_create_key: false },
  });
  expect(made.status).toBe(200);
  const first = await world.gateway.createKey({ user_id: "hanako" });
  const second = await world.gateway.createKey({ user_id: "hanako" });
  expect((await call(first, "openai-gpt", false)).status).toBe(200);
  const refused = await call(second, "openai-gpt", false);
  expect(refused.status).toBe(429);
  expect(await refused.text()).toContain("User=hanako");
});

test("a budget too small for the model's limit shortens an answer nobody gave a length", async () => {
  const key = await world.gateway.createKey({ max_budget: 0.002 });
  const response = await fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: "bedrock-claude",
      messages: [{ role: "user", content: "tokens:5000 please" }],
    }),
  });
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { choices: { finish_reason: string }[] };
  expect(answer.choices[0]?.finish_reason).toBe("length");
  const [row] = await world.rows(key, 1);
  expect(row?.cost_nano_usd).toBeLessThanOrEqual(2_000_000);
  expect(row?.cost_nano_usd).toBeGreaterThan(1_000_000);
});

test("revoking a key and lowering its budget take effect on the next call", async () => {
  const key = await world.gateway.createKey({ max_budget: 10 });
  expect((await call(key, "openai-gpt", false)).status).toBe(200);
  await world.gateway.admin("/key/update", { method: "POST", body: { key, max_budget: 0 } });
  expect((await call(key, "openai-gpt", false)).status).toBe(429);
  await world.gateway.admin("/key/update", { method: "POST", body: { key, max_budget: 10 } });
  await world.gateway.admin("/key/block", { method: "POST", body: { key } });
  expect((await call(key, "openai-gpt", false)).status).toBe(401);
  await world.gateway.admin("/key/unblock", { method: "POST", body: { key } });
  expect((await call(key, "openai-gpt", false)).status).toBe(200);
  await world.gateway.admin("/key/delete", { method: "POST", body: { keys: [key] } });
  expect((await call(key, "openai-gpt", false)).status).toBe(401);
});
