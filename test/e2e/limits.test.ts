import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

/** What an administrator can set on a key besides a budget holds for real clients. */
let world: World;

beforeAll(async () => {
  world = await startWorld({
    settings: { sekisho_settings: { compat: { error_status: "litellm-legacy" } } },
  });
});
afterAll(() => world.stop());

const MESSAGES = [{ role: "user" as const, content: "tokens:20 please" }];

function chat(key: string, model: string, more: object = {}, headers = {}): Promise<Response> {
  return fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ model, max_tokens: 20, messages: MESSAGES, ...more }),
  });
}

async function refusalOf(response: Response): Promise<{ status: number; message: string }> {
  const body = (await response.json()) as { error: { message: string } };
  return { status: response.status, message: body.error.message };
}

describe("a budget for one model", () => {
  test("stops that model and no other, with the older status the operator chose", async () => {
    const key = await world.gateway.createKey({
      model_max_budget: { "openai-gpt": { budget_limit: "0.000001", time_period: "1d" } },
    });
    const { status, message } = await refusalOf(await chat(key, "openai-gpt"));
    expect(status).toBe(400);
    expect(message).toContain("exceeded budget for model=openai-gpt");
    expect((await chat(key, "azure-gpt")).status).toBe(200);
  });

  test("of a team is shared by its keys", async () => {
    const probe = await world.gateway.createKey();
    const cost = Number((await chat(probe, "openai-gpt")).headers.get("x-litellm-response-cost"));
    const made = await world.gateway.admin("/team/new", {
      method: "POST",
      body: {
        team_alias: "lab",
        metadata: { model_max_budget: { "openai-gpt": { max_budget: cost * 2.5 } } },
      },
    });
    const { team_id } = (await made.json()) as { team_id: string };
    const keys = [
      await world.gateway.createKey({ team_id }),
      await world.gateway.createKey({ team_id }),
    ];
    const statuses = [];
    // The second call fits what is left by its price, and not by the most it could cost.
    for (const key of keys) statuses.push((await chat(key, "openai-gpt")).status);
    expect(statuses).toEqual([200, 400]);
  });
});

test("a rate for one model is told in headers and refused with its name", async () => {
  const key = await world.gateway.createKey({ model_rpm_limit: { "openai-gpt": 1 } });
  const first = await chat(key, "openai-gpt");
  expect(first.status).toBe(200);
  expect(first.headers.get("x-ratelimit-model_per_key-remaining-requests")).toBe("0");
  expect(first.headers.get("x-litellm-key-remaining-requests-openai-gpt")).toBe("0");
  const second = await chat(key, "openai-gpt");
  expect(second.status).toBe(429);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await chat(key, "azure-gpt")).status).toBe(200);
});

describe("a name of the key's own", () => {
  test("works in official SDKs, whole and streamed, and is listed", async () => {
    const key = await world.gateway.createKey({
      models: ["bedrock-claude", "openai-gpt"],
      aliases: { mine: "bedrock-claude", "openai-gpt": "bedrock-claude" },
    });
    const openai = world.openai(key);
    const whole = await openai.chat.completions.create({
      model: "mine",
      max_tokens: 20,
      messages: MESSAGES,
    });
    expect(whole.model).toBe("mine");
    expect(whole.choices[0]?.message.content).toBeTruthy();
    const stream = world.anthropic(key).messages.stream({
      model: "mine",
      max_tokens: 20,
      messages: MESSAGES,
    });
    expect((await stream.finalMessage()).content.length).toBeGreaterThan(0);
    const meant = await chat(key, "openai-gpt");
    expect(meant.status).toBe(200);
    expect(((await meant.json()) as { model: string }).model).toBe("openai-gpt");
    const listed = await openai.models.list();
    expect(listed.data.map((one) => one.id)).toEqual(["bedrock-claude", "openai-gpt", "mine"]);
    const rows = await world.rows(key, 3);
    expect(rows.map((row) => row.model_group)).toEqual(["mine", "mine", "openai-gpt"]);
    expect(new Set(rows.map((row) => row.provider))).toEqual(new Set(["bedrock"]));
    const kept = await world.gateway.sql(
      "SELECT json_extract(parameters, '$.model_meant') AS meant FROM requests WHERE request_id = ?",
      rows[0]?.request_id ?? "",
    );
    expect(kept).toEqual([{ meant: "bedrock-claude" }]);
  });

  test("nobody else has is no model", async () => {
    const key = await world.gateway.createKey();
    const { status, message } = await refusalOf(await chat(key, "mine"));
    expect(status).toBe(400);
    expect(message).toContain("Invalid model name passed in model=mine");
  });
});

test("a key that may only read lists models and calls none", async () => {
  const key = await world.gateway.createKey({ key_type: "read_only" });
  const { status, message } = await refusalOf(await chat(key, "openai-gpt"));
  expect(status).toBe(403);
  expect(message).toContain("Virtual key is not allowed to call this route");
  expect((await world.openai(key).models.list()).data.length).toBeGreaterThan(0);
});

test("a parameter somebody insists on is asked for by name", async () => {
  const key = await world.gateway.createKey({ enforced_params: ["user", "metadata.job"] });
  const { status, message } = await refusalOf(await chat(key, "openai-gpt", { user: "u" }));
  expect(status).toBe(400);
  expect(message).toContain("param=metadata.job");
  const whole = { user: "u", metadata: { job: "nightly" } };
  expect((await chat(key, "openai-gpt", whole)).status).toBe(200);
});

test("a key kept to an address is refused elsewhere", async () => {
  const key = await world.gateway.createKey({ metadata: { allowed_ips: ["192.0.2.0/24"] } });
  expect((await chat(key, "openai-gpt")).status).toBe(403);
});

test("an exception to a budget lasts until it expires", async () => {
  const soon = new Date(Date.now() + 3_000).toISOString();
  const key = await world.gateway.createKey({
    max_budget: 0,
    temp_budget_increase: 5,
    temp_budget_expiry: soon,
  });
  const before = await chat(key, "openai-gpt");
  expect(before.status).toBe(200);
  expect(before.headers.get("x-litellm-key-max-budget")).toBe("5");
  await new Promise((resolve) => setTimeout(resolve, 3_200));
  expect((await chat(key, "openai-gpt")).status).toBe(400);
});

test("an answer of a named length is shortened where the caller allows it, and says so", async () => {
  const key = await world.gateway.createKey({ max_budget: 0.01 });
  const long = { max_tokens: 8_000 };
  expect((await chat(key, "bedrock-claude", long)).status).toBe(400);
  const cut = await chat(key, "bedrock-claude", long, { "x-sekisho-clamp": "true" });
  expect(cut.status).toBe(200);
  const tokens = Number(cut.headers.get("x-sekisho-clamped-max-tokens"));
  expect(tokens).toBeGreaterThan(256);
  expect(tokens).toBeLessThan(8_000);
});

describe("Claude Code", () => {
  const ask = (key: string): Promise<Response> =>
    fetch(`${world.gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": key, "anthropic-version": "2023-06-01" },
      body: JSON.stringify({ model: "anthropic-claude", max_tokens: 20, messages: MESSAGES }),
    });

  test("is told how full its cap is, and stopped in its own words when it is", async () => {
    const capped = { max_budget: 1, budget_duration: "30d", spend: 0.8 };
    const key = await world.gateway.createKey(capped);
    const answered = await ask(key);
    expect(answered.status).toBe(200);
    const told = (name: string) => answered.headers.get(`anthropic-ratelimit-unified-${name}`);
    expect([
      told("status"),
      told("overage-utilization"),
      told("overage-surpassed-threshold"),
    ]).toEqual(["allowed_warning", "0.80", "0.75"]);
    expect(answered.headers.has("anthropic-ratelimit-requests-limit")).toBe(false);
    const usage = await fetch(`${world.gateway.url}/api/oauth/usage`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { limits } = (await usage.json()) as { limits: { resets_at: string }[] };
    expect(Date.parse(limits[0]?.resets_at ?? "") / 1_000).toBe(Number(told("overage-reset")));
    const empty = await world.gateway.createKey({ ...capped, spend: 1 });
    const refused = await ask(empty);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(refused.headers.get("anthropic-ratelimit-unified-status")).toBe("rejected");
    expect(refused.headers.has("anthropic-ratelimit-unified-overage-status")).toBe(false);
    expect(await refused.json()).toMatchObject({ type: "error", error: { type: "billing_error" } });
  });

  test("without a cap is told of none", async () => {
    const { headers } = await ask(await world.gateway.createKey());
    expect([...headers.keys()].join()).not.toContain("anthropic-ratelimit");
  });
});
