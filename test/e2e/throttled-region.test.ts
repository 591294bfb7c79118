import { afterAll, beforeAll, expect, test } from "vitest";
import { sonnetIn } from "./regions.ts";
import { entry, startWorld, type World } from "./world.ts";

// One region of three throttles under load, as a vendor's quota does, and no caller sees it.
let world: World;

const REGIONS = ["us-east-1", "us-west-2", "eu-central-1"];

beforeAll(async () => {
  world = await startWorld({
    models: (upstream) =>
      REGIONS.flatMap((region) => {
        const parameters = sonnetIn(region, upstream);
        return [
          entry("spread", parameters, { id: `spread-${region}` }),
          entry("limited", { ...parameters, rpm: 10 }, { id: `limited-${region}` }),
        ];
      }),
    settings: { sekisho_settings: { routing: { queue_wait_ms: 0 } } },
  });
});
afterAll(() => world.stop());

async function ask(key: string, model: string, stream: boolean, words = "tokens:4 please") {
  const response = await fetch(`${world.gateway.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      ...{ model, stream, max_tokens: 50 },
      messages: [{ role: "user", content: words }],
    }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const askedAt = (region: string): number =>
  world.upstream.requests.filter((one) => one.region === region).length;

test("a region that throttles is left alone by everybody, and no caller sees a 429", async () => {
  world.upstream.reset();
  const throttle = { throttle: { retryAfterSeconds: 60 } };
  const script = world.upstream.script({ region: "us-west-2" }, [throttle], { sticky: true });
  const keys = await Promise.all([1, 2, 3].map(() => world.gateway.createKey()));
  const statuses: number[] = [];
  for (let round = 0; round < 8; round++) {
    const wave = Array.from({ length: 12 }, async (_, index) => {
      const key = keys[index % 3] ?? "";
      const { status } = await ask(key, "spread", index % 2 === 0, `tokens:4 ${round}/${index}`);
      return status;
    });
    statuses.push(...(await Promise.all(wave)));
  }
  expect(statuses).toEqual(statuses.map(() => 200));
  expect(script.used).toBeGreaterThan(0);
  // Only calls under way when it began to throttle found out; nobody came after them.
  expect(script.used).toBeLessThanOrEqual(12);
  expect(askedAt("us-east-1") + askedAt("eu-central-1")).toBe(statuses.length);
});

test("limits of deployments hold over all callers, and what is beyond them is told when to come", async () => {
  world.upstream.reset();
  const keys = await Promise.all([1, 2, 3, 4].map(() => world.gateway.createKey()));
  const seen = await Promise.all(
    Array.from({ length: 80 }, (_, index) =>
      ask(keys[index % 4] ?? "", "limited", index % 2 === 0, `tokens:2 ${index}`),
    ),
  );
  const served = seen.filter(({ status }) => status === 200);
  const refused = seen.filter(({ status }) => status === 429);
  expect([served.length, refused.length]).toEqual([30, 50]);
  expect(REGIONS.map(askedAt)).toEqual([10, 10, 10]);
  for (const { text, headers } of refused) {
    expect(text).toContain("No deployments available for selected model, Try again in");
    expect(headers.get("x-sekisho-error-origin")).toBe("gateway");
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  const rows = await world.rows(keys[0] ?? "", 20);
  expect(rows.filter((row) => row.error_code === "no_deployment_free")).not.toEqual([]);
});

test("a conversation stays where its prompt is cached, and the record says what was expected", async () => {
  world.upstream.reset();
  const key = await world.gateway.createKey();
  const opening = "word ".repeat(6_000);
  const turn = async (words: string) => {
    const response = await fetch(`${world.gateway.url}/v1/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "x-claude-code-session-id": "session-0001" },
      body: JSON.stringify({
        model: "claude",
        max_tokens: 50,
        system: [{ type: "text", text: opening, cache_control: { type: "ephemeral" } }],
        messages: [{ role: "user", content: words }],
      }),
    });
    await response.text();
    return response.headers;
  };
  const first = await turn("one");
  for (const words of ["two", "three", "four"]) {
    const next = await turn(words);
    expect(next.get("x-sekisho-route")).toBe("affinity");
    expect(next.get("x-litellm-model-id")).toBe(first.get("x-litellm-model-id"));
  }
  await world.rows(key, 4);
  const routed = await world.gateway.sql(
    "SELECT route_reason, cached_tokens_expected FROM requests WHERE session_id = ? ORDER BY started_at_ms",
    "session-0001",
  );
  expect(routed.map((row) => row["route_reason"])).toEqual([
    "strategy",
    "affinity",
    "affinity",
    "affinity",
  ]);
  expect(Number(routed[1]?.["cached_tokens_expected"])).toBeGreaterThan(1_000);
});
