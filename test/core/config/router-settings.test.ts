import { describe, expect, it } from "vitest";
import { groupRules, isPooled } from "../../../src/core/routing/state.ts";
import { loaded, problemsOf, warningsOf } from "./sample.ts";

function entry(name: string, params = {}, info = {}) {
  return {
    model_name: name,
    litellm_params: { model: "openai/gpt-4.1", ...params },
    model_info: info,
  };
}

const THREE = [entry("a"), entry("b"), entry("c")];

function rulesOf(list: unknown[], settings = {}, own = {}) {
  const config = loaded({
    model_list: list,
    router_settings: settings,
    sekisho_settings: { routing: own },
  });
  return groupRules("a", config.groups.get("a") ?? [], config);
}

describe("router_settings", () => {
  it("are read whole, in LiteLLM's words", () => {
    const { router } = loaded({
      model_list: THREE,
      router_settings: {
        routing_strategy: "latency-based-routing",
        routing_strategy_args: { ttl: 60, lowest_latency_buffer: 0.5 },
        routing_groups: [
          { group_name: "g", models: ["b"], routing_strategy: "cost-based-routing" },
        ],
        retry_after: 2,
        retry_policy: { RateLimitErrorRetries: 4, DefaultRetries: 1, BadGatewayErrorRetries: 3 },
        model_group_retry_policy: { a: { TimeoutErrorRetries: 0 } },
        allowed_fails: 3,
        allowed_fails_policy: { InternalServerErrorAllowedFails: 9 },
        cooldown_time: 30,
        disable_cooldowns: "true",
        ttft_timeout: 3,
        stream_idle_timeout: 20,
        enable_pre_call_checks: true,
        enable_tag_filtering: true,
        tag_filtering_match_any: false,
        max_fallbacks: 2,
      },
      sekisho_settings: { routing: { hedge_after_ms: 800, queue_wait_ms: 0, queue_max: 10 } },
    });
    expect(router).toMatchObject({
      strategy: "latency-based-routing",
      latencyTtlMs: 60_000,
      latencyBuffer: 0.5,
      retryAfterMsMin: 2_000,
      allowedFails: 3,
      allowedFailsByCategory: { "server-error": 9, connection: 9, "broken-stream": 9 },
      cooldownMs: 30_000,
      isCooldownWritten: true,
      cooldownsDisabled: true,
      firstTokenTimeoutMs: 3_000,
      idleTimeoutMs: 20_000,
      checksContextWindow: true,
      filtersByTags: true,
      tagsMatchAny: false,
      hedgeAfterMs: 800,
      queueWaitMs: 0,
      queueMax: 10,
      fallbacks: { max: 2 },
    });
    expect(router.groupStrategies.get("b")).toBe("cost-based-routing");
    expect(router.groupRetries.get("a")).toEqual({ timeout: 0 });
    expect(router.retriesByCategory).toMatchObject({
      "rate-limit": 4,
      quota: 4,
      timeout: 1,
      connection: 3,
      "server-error": 1,
    });
  });

  it("cause no warning, and tell of names inside them that mean nothing", () => {
    const raw = {
      model_list: THREE,
      router_settings: {
        routing_strategy: "simple-shuffle",
        retry_policy: { TypoErrorRetries: 1 },
        optional_pre_call_checks: ["prompt_caching", "router_budget_limiting"],
      },
    };
    expect(warningsOf(raw)).toEqual([
      "router_settings.retry_policy.TypoErrorRetries: unknown setting: TypoErrorRetries",
      "router_settings.optional_pre_call_checks[1]: not supported yet: the check router_budget_limiting",
    ]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ routing_strategy: "best" }, "router_settings.routing_strategy: must be one of adaptive, "],
    [{ allowed_fails: -1 }, "router_settings.allowed_fails: must be a whole number, 0 or more"],
    [{ fallbacks: { a: ["b"] } }, "router_settings.fallbacks: must be a list such as"],
    [
      { routing_strategy_args: { lowest_latency_buffer: -1 } },
      "router_settings.routing_strategy_args.lowest_latency_buffer: must be a number, 0 or more",
    ],
  ])("are refused when they are wrong: %o", (settings, problem) => {
    const [first] = problemsOf({ model_list: THREE, router_settings: settings });
    expect(first).toContain(problem);
  });

  it("refuse weights that leave nobody, and negative ones", () => {
    const zero = [entry("x"), entry("a", { weight: 0 }), entry("a", { weight: 0 })];
    expect(problemsOf({ model_list: zero })).toEqual([
      'model_list[1].litellm_params.weight: every deployment of "a" has the weight 0: give one of them more',
    ]);
    expect(problemsOf({ model_list: [entry("a", { weight: 0 }), entry("a")] })).toEqual([]);
    expect(problemsOf({ model_list: [entry("a", { weight: -1 })] })[0]).toContain(
      "model_list[0].litellm_params.weight: must be a number, 0 or more",
    );
  });

  it("refuse unknown names in sekisho_settings.routing", () => {
    const raw = { sekisho_settings: { routing: { hedge_after: 1 } } };
    expect(problemsOf(raw)[0]).toContain("sekisho_settings.routing");
  });
});

describe("the rules of a group", () => {
  const two = [entry("a"), entry("a", { api_base: "https://b.example" })];

  it("are adaptive and sticky where nothing is written and there is a choice", () => {
    expect(rulesOf(two)).toMatchObject({
      strategy: "adaptive",
      affinityTtlMs: 300_000,
      judgesRests: true,
      cooldownMs: 5_000,
      allowedFails: undefined,
    });
    expect(rulesOf([entry("a")]).strategy).toBe("simple-shuffle");
  });

  it("are the operator's where they are written", () => {
    const shuffle = { routing_strategy: "simple-shuffle" };
    expect(rulesOf(two, shuffle)).toMatchObject({
      strategy: "simple-shuffle",
      affinityTtlMs: 0,
      judgesRests: false,
    });
    expect(rulesOf(two, { cooldown_time: 60 }).judgesRests).toBe(false);
  });

  it.each<[Record<string, unknown>, Record<string, unknown>, number]>([
    [{ optional_pre_call_checks: ["session_affinity"] }, {}, 300_000],
    [{ deployment_affinity_ttl_seconds: 60 }, {}, 60_000],
    [{}, { affinity: true }, 300_000],
  ])("are sticky where that is asked: %o %o", (settings, own, ttlMs) => {
    const written = { routing_strategy: "simple-shuffle", ...settings };
    expect(rulesOf(two, written, own).affinityTtlMs).toBe(ttlMs);
    expect(rulesOf(two, {}, { affinity: false }).affinityTtlMs).toBe(0);
  });

  it("hold the limits, the price and the word of each deployment", () => {
    const params = { rpm: 5, tpm: 600, max_parallel_requests: 2, order: 1, weight: 3 };
    const info = { allowed_fails: 7, cooldown_time: 9 };
    const { deployments } = rulesOf([entry("a", params, info), entry("a")], {
      default_max_parallel_requests: 11,
    });
    expect(deployments[0]).toMatchObject({
      requestsPerMinute: 5,
      tokensPerMinute: 600,
      parallel: 2,
      order: 1,
      weight: 3,
      allowedFails: 7,
      cooldownMs: 9_000,
      picoPerToken: 10_000_000,
      cacheReadFraction: 0.25,
    });
    expect(deployments[1]).toMatchObject({ parallel: 11, requestsPerMinute: undefined });
  });

  it("need a pool where there is a choice or a limit", () => {
    expect(isPooled(rulesOf([entry("a")]))).toBe(false);
    expect(isPooled(rulesOf([entry("a", { rpm: 1 })]))).toBe(true);
    expect(isPooled(rulesOf(two))).toBe(true);
  });
});
