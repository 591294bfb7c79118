import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/core/errors.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { explainCall, type CallExplanation } from "../../src/pipeline/explain.ts";
import { whyOf } from "../../src/pipeline/explain-words.ts";
import { accountStub } from "../../src/platform/account/stub.ts";
import { NO_LIMITS, type KeyPolicy } from "../../src/core/ledger/policy.ts";
import { budgetOf } from "../core/ledger/samples.ts";
import { lineWith } from "./line.ts";
import {
  answers,
  contextIn,
  gptAt,
  newKey,
  OPENAI,
  standingOf,
  vendors,
  worldWith,
  type World,
} from "./world.ts";

type Key = Awaited<ReturnType<typeof newKey>>;

function requestOf(body: JsonObject, key?: string): Request {
  const whole = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
  return new Request("https://gateway.example/v1/chat/completions", {
    method: "POST",
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...whole, ...body }),
  });
}

function explained(deps: World, key: Key, body: JsonObject = {}): Promise<CallExplanation> {
  const witness = (id: string) => accountStub(env.ACCOUNT, id);
  const caller = { accountId: key.accountId, keyHash: key.keyHash };
  return explainCall(requestOf(body), caller, OPENAI, contextIn(deps), { ...deps, witness });
}

/** Makes the call. What it is refused for, or nothing. */
async function made(deps: World, { key }: Key, body: JsonObject = {}): Promise<string | undefined> {
  const context = contextIn(deps);
  try {
    const response = await answer(requestOf(body, key), OPENAI, context, deps);
    await response.text();
    await context.done();
    return undefined;
  } catch (cause) {
    await context.done();
    if (cause instanceof GatewayError) return cause.code;
    throw cause;
  }
}

const places = ["a", "b", "c", "d"];
const whole = Object.fromEntries(places.map((place) => [place, answers.whole]));

function worldOf(config: object, changes: Record<string, () => Response> = {}) {
  const { fetch, asked } = vendors({ ...whole, ...changes });
  return { deps: worldWith(config, fetch), asked };
}

const FOUR = { model_list: places.map((id) => gptAt(id)) };

function chosen({ pool }: CallExplanation): string | undefined {
  return pool?.choice.kind === "chosen" ? pool.choice.deploymentId : undefined;
}

describe("an explanation", () => {
  it("sends nothing, holds nothing and counts nothing", async () => {
    const { deps, asked } = worldOf(FOUR);
    const key = await newKey({ limits: { ...NO_LIMITS, requestsPerMinute: 1 } });
    for (let times = 0; times < 3; times += 1) await explained(deps, key);
    const found = await explained(deps, key);
    expect(found.refusal).toBeUndefined();
    expect(found.pool?.deployments.map((one) => one.requestsLastMinute)).toEqual([0, 0, 0, 0]);
    expect(asked).toEqual([]);
    expect(await standingOf(key)).toMatchObject({ heldNanoUsd: 0, lifetimeNanoUsd: 0 });
    expect(await made(deps, key)).toBeUndefined();
  });

  it("names the deployment that is then asked, among several that are alike", async () => {
    const { deps, asked } = worldOf(FOUR);
    const key = await newKey();
    for (const question of ["One", "Two", "Three", "Four", "Five"]) {
      const body = { messages: [{ role: "user", content: question }] };
      const expected = chosen(await explained(deps, key, body));
      expect(await made(deps, key, body)).toBeUndefined();
      expect(asked.at(-1)).toBe(expected);
    }
    expect(new Set(asked).size).toBeGreaterThan(1);
  });

  it("says what is held at most, and that is what the call then holds", async () => {
    const { deps } = worldOf(FOUR);
    const key = await newKey({ limits: budgetOf(1_000_000_000) });
    const { account } = await explained(deps, key);
    expect(account?.verdict.kind).toBe("admitted");
    const { deps: counting, kept } = lineWith(deps.fetch, FOUR);
    expect(await made(counting, key)).toBeUndefined();
    expect(account?.verdict).toMatchObject({ heldNanoUsd: kept.holds[0] });
    expect(account?.budgets).toMatchObject([{ limitNanoUsd: 1_000_000_000, spentNanoUsd: 0 }]);
  });
});

describe("what would be refused is refused for the same reason", () => {
  it.each<[string, Partial<KeyPolicy>, JsonObject, string]>([
    ["a model the key may not use", { models: ["other"] }, {}, "model_access_denied"],
    ["a model nobody serves", {}, { model: "nobody-knows" }, "unknown_model"],
    ["a budget that is too small", { limits: budgetOf(10) }, {}, "budget_exceeded"],
    ["a key that is blocked", { blocked: true }, {}, "blocked"],
    ["a route the key may not call", { allowedRoutes: ["/v1/messages"] }, {}, "route_denied"],
    ["a key that expired", { expiresAtMs: 1 }, {}, "expired_key"],
  ])("%s", async (_, policy, body, code) => {
    const { deps, asked } = worldOf(FOUR);
    const key = await newKey(policy);
    const found = await explained(deps, key, body);
    expect(found.refusal?.code).toBe(code);
    expect(whyOf(found, deps).at(-1)).toBe(`It would be refused: ${found.refusal?.message}`);
    expect(await made(deps, key, body)).toBe(code);
    expect(asked).toEqual([]);
    // Only who may use a model learns where it is served.
    expect(found.candidates === undefined).toBe(code !== "budget_exceeded");
  });

  it("a rate limit that is used up, and not before", async () => {
    const { deps } = worldOf(FOUR);
    const key = await newKey({ limits: { ...NO_LIMITS, requestsPerMinute: 1 } });
    expect((await explained(deps, key)).refusal).toBeUndefined();
    expect(await made(deps, key)).toBeUndefined();
    const found = await explained(deps, key);
    expect(found.refusal?.code).toBe("rate_limited");
    expect(found.account?.limits).toMatchObject([{ unit: "requests", limit: 1, remaining: 0 }]);
    expect(await made(deps, key)).toBe("rate_limited");
  });

  it("a group whose every deployment is at its limit", async () => {
    const config = {
      model_list: [gptAt("a", { rpm: 1 }), gptAt("b", { rpm: 1 })],
      sekisho_settings: { routing: { queue_wait_ms: 0 } },
    };
    const { deps } = worldOf(config);
    const key = await newKey();
    expect(await made(deps, key)).toBeUndefined();
    expect(await made(deps, key)).toBeUndefined();
    const found = await explained(deps, key);
    expect(found.refusal?.code).toBe("no_deployment_free");
    expect(whyOf(found, deps).join(" ")).toContain("a is at its limit. b is at its limit.");
    expect(await made(deps, key)).toBe("no_deployment_free");
  });
});

describe("which deployment is asked, and why", () => {
  it("not one that rests", async () => {
    const { deps, asked } = worldOf(
      { model_list: [gptAt("a", { order: 1 }), gptAt("b", { order: 2 })] },
      { a: answers.failing(429, { "retry-after": "30" }) },
    );
    const key = await newKey();
    expect(chosen(await explained(deps, key))).toBe("a");
    expect(await made(deps, key)).toBeUndefined();
    expect(asked).toEqual(["a", "b"]);
    // Of another conversation, which is nowhere at home.
    const body = { messages: [{ role: "user", content: "Something else" }] };
    const found = await explained(deps, key, body);
    expect(chosen(found)).toBe("b");
    expect(whyOf(found, deps)).toContain("a rests for 30 s more after failures.");
    expect(await made(deps, key, body)).toBeUndefined();
    expect(asked).toEqual(["a", "b", "b"]);
  });

  it("the one where the conversation's prompt is cached", async () => {
    const { deps, asked } = worldOf(FOUR);
    const key = await newKey();
    const body = { messages: [{ role: "user", content: "word ".repeat(4_000) }] };
    expect(await made(deps, key, body)).toBeUndefined();
    const [home] = asked;
    const found = await explained(deps, key, body);
    expect(found.pool?.choice).toMatchObject({ deploymentId: home, reason: "affinity" });
    expect(whyOf(found, deps)).toContain(
      `${home} would be asked: the conversation's prompt is cached there.`,
    );
    expect(await made(deps, key, body)).toBeUndefined();
    expect(asked.at(-1)).toBe(home);
  });

  it("the one of the model that the key's alias stands for", async () => {
    const other = { ...gptAt("b"), model_name: "large" };
    const { deps, asked } = worldOf({ model_list: [gptAt("a"), other] });
    const key = await newKey({ aliases: { gpt: "large" } });
    const found = await explained(deps, key);
    expect(found.call?.group.name).toBe("large");
    expect(whyOf(found, deps)[0]).toBe("For this key, gpt stands for large.");
    expect(await made(deps, key)).toBeUndefined();
    expect(asked).toEqual(["b"]);
  });

  it("the one a pattern makes", async () => {
    const entry = { ...gptAt("a", { model: "openai/*" }), model_name: "openai/*" };
    const { deps, asked } = worldOf({ model_list: [entry] });
    const key = await newKey();
    const body = { model: "openai/gpt-4.1" };
    const found = await explained(deps, key, body);
    expect(whyOf(found, deps)).toContain(
      "No entry is named openai/gpt-4.1; it is served by the pattern openai/*.",
    );
    expect(found.pool?.choice).toMatchObject({ reason: "only" });
    expect(await made(deps, key, body)).toBeUndefined();
    expect(asked).toEqual(["a"]);
  });

  it("and which models would follow", async () => {
    const large = { ...gptAt("b"), model_name: "large" };
    const { deps } = worldOf({
      model_list: [gptAt("a"), large],
      router_settings: { fallbacks: [{ gpt: ["large"] }] },
    });
    const found = await explained(deps, await newKey());
    expect(found.fallbacks?.any).toEqual(["large"]);
    expect(whyOf(found, deps)).toContain("If none of them answers, these models are asked: large.");
  });

  it("and which answers instead when this one cannot: full, or not where it may be read", async () => {
    const large = { ...gptAt("b", { region_name: "eu-west-1" }), model_name: "large" };
    const { deps, asked } = worldOf({
      model_list: [gptAt("a", { rpm: 1, region_name: "us-east-1" }), large],
      router_settings: { fallbacks: [{ gpt: ["large"] }] },
      sekisho_settings: { routing: { queue_wait_ms: 0 } },
    });
    const key = await newKey();
    const away = { allowed_model_region: "eu" };
    const elsewhere = await explained(deps, key, away);
    expect([elsewhere.obstacle?.code, elsewhere.refusal]).toEqual(["region_denied", undefined]);
    expect(await made(deps, key, away)).toBeUndefined();
    expect(await made(deps, key)).toBeUndefined();
    const full = await explained(deps, key);
    expect([full.obstacle?.code, full.refusal]).toEqual(["no_deployment_free", undefined]);
    expect(whyOf(full, deps).join(" ")).toContain("Of large, the first that the key may use");
    expect(await made(deps, key)).toBeUndefined();
    expect(asked).toEqual(["b", "a", "b"]);
  });
});
