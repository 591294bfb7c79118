import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** Limits of an organization, a tag and an end user hold over accounts that know nothing of one another. */
let world: World;

beforeAll(async () => {
  world = await startWorld({});
});
afterAll(() => world.stop());

const SLOW = { stallBeforeFirstTokenMs: 2_000 };

async function admin(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await world.gateway.admin(path, { method: "POST", body });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

function call(key: string, more: object = {}): Promise<Response> {
  return fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: "openai-gpt",
      max_tokens: 20,
      messages: [{ role: "user", content: "tokens:20 please" }],
      ...more,
    }),
  });
}

/** All at once, whole and streamed, from each key in turn. */
async function burst(keys: readonly string[], count: number, more: object = {}) {
  const answers = Array.from({ length: count }, async (_, at) => {
    const response = await call(keys[at % keys.length] ?? "", { stream: at % 4 > 1, ...more });
    return { status: response.status, headers: response.headers, text: await response.text() };
  });
  const all = await Promise.all(answers);
  return {
    served: all.filter((one) => one.status === 200),
    refused: all.filter((one) => one.status === 429),
  };
}

test("two teams of an organization get exactly its ten requests, and the others LiteLLM's refusal", async () => {
  const { organization_id: id } = await admin("/organization/new", {
    organization_alias: "acme",
    rpm_limit: 10,
    max_budget: 100,
    models: [],
  });
  const keys = await Promise.all(
    ["blue", "green"].map(async (name) => {
      const { team_id } = await admin("/team/new", { team_alias: name, organization_id: id });
      return world.gateway.createKey({ team_id });
    }),
  );
  const { served, refused } = await burst(keys, 50);
  expect([served.length, refused.length]).toEqual([10, 40]);
  const left = served.map((one) => one.headers.get("x-ratelimit-organization-remaining-requests"));
  expect(left.map(Number).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const [first] = refused;
  expect(first?.text).toContain("Rate limit exceeded for organization: acme");
  expect(first?.headers.get("x-ratelimit-organization-limit-requests")).toBe("10");
  expect(Number(first?.headers.get("retry-after"))).toBeGreaterThan(0);
}, 60_000);

test("an end user's calls at the same time are as many as allowed, round after round", async () => {
  await admin("/customer/new", { user_id: "busy", max_parallel_requests: 2 });
  const keys = await Promise.all([world.gateway.createKey(), world.gateway.createKey()]);
  for (let round = 0; round < 3; round += 1) {
    // All of them are there before one is over.
    world.upstream.script({}, [SLOW, SLOW]);
    const { served, refused } = await burst(keys, 10, { user: "busy" });
    expect([served.length, refused.length]).toEqual([2, 8]);
    expect(refused[0]?.text).toContain("Rate limit exceeded for end_user: busy");
    // Whoever has read an answer may be a moment earlier than its settlement.
    await expect.poll(async () => (await call(keys[0] ?? "", { user: "busy" })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}, 60_000);

test("a tag's tokens are held while calls run and counted as used afterwards", async () => {
  await admin("/tag/new", { name: "night", tpm_limit: 150 });
  const keys = await Promise.all([world.gateway.createKey(), world.gateway.createKey()]);
  const more = { metadata: { tags: ["night"] } };
  const { served, refused } = await burst(keys, 20, more);
  expect(served.length).toBeGreaterThan(0);
  expect(served.length).toBeLessThan(10);
  expect(refused[0]?.text).toContain("Rate limit exceeded for tag: night");
  expect(refused[0]?.headers.get("x-ratelimit-tag-limit-tokens")).toBe("150");
}, 60_000);
