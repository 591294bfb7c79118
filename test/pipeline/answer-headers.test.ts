import { describe, expect, it } from "vitest";
import type { KeyStanding, RateStanding } from "../../src/core/ledger.ts";
import { NO_USAGE } from "../../src/core/chat.ts";
import { answerHeaders } from "../../src/pipeline/answer-headers.ts";
import { rateHeadersOf } from "../../src/pipeline/rate-headers.ts";
import type { Charge } from "../../src/pipeline/charge.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { deploymentOf } from "../providers/deployment.ts";
import { admissionWith } from "./admission.ts";
import { callIn, threeGpts, worldWith } from "./world.ts";

const deps = worldWith(threeGpts());
const call = await callIn(deps);

interface Options {
  key?: Partial<KeyStanding>;
  vendor?: Record<string, string>;
  dropped?: string[];
  attempts?: number;
  connection?: object;
  charge?: Charge;
}

function headersOf(options: Options = {}): Headers {
  const { dropped = [], attempts = 1 } = options;
  return answerHeaders(
    {
      call,
      admitted: admissionWith({ key: options.key ?? {} }),
      answered: {
        kind: "answered",
        deployment: deploymentOf("openai/gpt-4.1", options.connection ?? {}),
        attempts,
        attemptsMax: 3,
        place: {
          kind: "chosen",
          deploymentId: "deployment-1",
          ticket: "call/1",
          reason: "affinity",
          cachedTokensExpected: 0,
        },
        dropped,
        answer: {
          kind: "whole",
          headers: new Headers(options.vendor ?? {}),
          text: "{}",
          value: {},
          events: [],
          dialect: openAiChat,
        },
      },
      settle: () => {
        throw new Error("nothing is settled here");
      },
      deps,
    },
    options.charge,
  );
}

const CHARGE: Charge = {
  costNanoUsd: 5_250_000,
  cost: {
    input: 1_800_000,
    cacheRead: 120_000,
    cacheWrite: 330_000,
    output: 3_000_000,
    reasoning: 0,
  },
  usage: NO_USAGE,
  usageSource: "reported",
};

describe("the headers of an answer", () => {
  it("name the call, the deployment and the group as LiteLLM does", () => {
    const headers = headersOf({ attempts: 3 });
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-litellm-call-id": call.context.id,
      "x-litellm-model-id": "deployment-1",
      "x-litellm-model-group": "gpt",
      "x-litellm-attempted-retries": "2",
      "x-litellm-max-retries": "2",
      "x-sekisho-route": "affinity",
    });
  });

  it("say what a whole answer cost, by part, and what the key has spent with it", () => {
    const headers = headersOf({ charge: CHARGE, key: { spendNanoUsd: 1_000_000_000 } });
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/json",
      "x-litellm-response-cost": "0.00525",
      "x-litellm-response-cost-input": "0.0018",
      "x-litellm-response-cost-output": "0.003",
      "x-litellm-response-cost-cache-read": "0.00012",
      "x-litellm-response-cost-cache-creation": "0.00033",
      "x-litellm-key-spend": "1.00525",
    });
  });

  it("of a stream know no cost yet", () => {
    const headers = headersOf();
    expect(headers.get("content-type")).toContain("text/event-stream");
    expect(headers.has("x-litellm-response-cost")).toBe(false);
    expect(headers.get("x-litellm-key-spend")).toBe("0");
  });

  it("name a budget and a region only where there is one", () => {
    expect(headersOf().has("x-litellm-key-max-budget")).toBe(false);
    expect(headersOf().has("x-litellm-model-region")).toBe(false);
    const headers = headersOf({
      key: { maxBudgetNanoUsd: 2_500_000_000 },
      connection: { vertex_location: "global" },
    });
    expect(headers.get("x-litellm-key-max-budget")).toBe("2.5");
    expect(headers.get("x-litellm-model-region")).toBe("global");
  });

  it("name the key's own rates, and say nothing of shortening where there was none", () => {
    const rate = { scope: "key", model: null, remaining: 1, resetMs: 0 } as const;
    const limits = [
      { ...rate, unit: "requests" as const, limit: 10 },
      { ...rate, unit: "tokens" as const, limit: 500 },
      { ...rate, unit: "requests" as const, limit: 3, model: "o3" },
    ];
    const headers = headersOf({ key: { limits } });
    expect(headers.get("x-litellm-key-rpm-limit")).toBe("10");
    expect(headers.get("x-litellm-key-tpm-limit")).toBe("500");
    expect(headers.has("x-sekisho-clamped-max-tokens")).toBe(false);
  });

  it("repeat nothing of the vendor's but what names its request", () => {
    const vendor = {
      "request-id": "req_1",
      "openai-organization": "org-secret",
      "anthropic-ratelimit-requests-remaining": "7",
      "x-ratelimit-remaining-requests": "9",
      "set-cookie": "session=secret",
      "content-encoding": "gzip",
      "content-length": "99",
    };
    const headers = headersOf({ vendor });
    expect(headers.get("request-id")).toBe("req_1");
    const text = JSON.stringify([...headers]);
    for (const word of ["secret", "ratelimit", "gzip", "content-length"]) {
      expect(text).not.toContain(word);
    }
    expect(headersOf({ vendor: { "x-amzn-requestid": "aws-1" } }).get("request-id")).toBe("aws-1");
  });

  it("list what had to be left out", () => {
    expect(headersOf().has("x-sekisho-dropped-params")).toBe(false);
    const headers = headersOf({ dropped: ["logit_bias", "store"] });
    expect(headers.get("x-sekisho-dropped-params")).toBe("logit_bias,store");
  });
});

describe("rate limits", () => {
  const limitOf = (changes: Partial<RateStanding>): RateStanding => ({
    scope: "key",
    model: null,
    unit: "requests",
    limit: 10,
    remaining: 9,
    resetMs: 30_400,
    ...changes,
  });
  const shown = (...limits: RateStanding[]) => rateHeadersOf(limits);

  it("are told in OpenAI's words and in LiteLLM's", () => {
    expect(shown(limitOf({}), limitOf({ unit: "tokens", limit: 500, remaining: 380 }))).toEqual({
      "x-ratelimit-api_key-limit-requests": "10",
      "x-ratelimit-api_key-remaining-requests": "9",
      "x-ratelimit-api_key-limit-tokens": "500",
      "x-ratelimit-api_key-remaining-tokens": "380",
      "x-ratelimit-limit-requests": "10",
      "x-ratelimit-remaining-requests": "9",
      "x-ratelimit-reset-requests": "31s",
      "x-ratelimit-limit-tokens": "500",
      "x-ratelimit-remaining-tokens": "380",
      "x-ratelimit-reset-tokens": "31s",
    });
  });

  it("of the key come first, else the tightest above it", () => {
    const team = limitOf({ scope: "team", limit: 100, remaining: 2 });
    const user = limitOf({ scope: "user", limit: 50, remaining: 1 });
    expect(shown(team, limitOf({}), user)["x-ratelimit-remaining-requests"]).toBe("9");
    expect(shown(team, user)["x-ratelimit-remaining-requests"]).toBe("1");
    expect(shown(team, user)["x-ratelimit-team-remaining-requests"]).toBe("2");
  });

  it("of single models are told beside the key's own, and the tightest in OpenAI's words", () => {
    const ofModel = limitOf({ model: "o3", limit: 3, remaining: 2 });
    expect(shown(limitOf({}), ofModel)).toMatchObject({
      "x-ratelimit-api_key-remaining-requests": "9",
      "x-ratelimit-model_per_key-limit-requests": "3",
      "x-ratelimit-model_per_key-remaining-requests": "2",
      "x-litellm-key-remaining-requests-o3": "2",
      "x-ratelimit-remaining-requests": "2",
    });
    const ofTeam = shown({ ...ofModel, scope: "team", unit: "tokens" });
    expect(ofTeam["x-ratelimit-model_per_team-remaining-tokens"]).toBe("2");
    expect(JSON.stringify(ofTeam)).not.toContain("x-litellm-key");
  });

  it("of a pattern have no header of their own, which it could not name", () => {
    const headers = shown(limitOf({ model: "openai/*", remaining: 2 }));
    expect(Object.keys(headers).join()).not.toContain("*");
  });

  it("of a person are a member's inside a team", () => {
    const headers = rateHeadersOf([limitOf({ scope: "user" })], true);
    expect(headers["x-ratelimit-team_member-remaining-requests"]).toBe("9");
    expect(shown(limitOf({ scope: "user" }))["x-ratelimit-user-remaining-requests"]).toBe("9");
  });

  it("of calls at a time have LiteLLM's name and no OpenAI one", () => {
    expect(shown(limitOf({ unit: "parallel", limit: 3, remaining: 2 }))).toEqual({
      "x-ratelimit-api_key-limit-max_parallel_requests": "3",
      "x-ratelimit-api_key-remaining-max_parallel_requests": "2",
    });
  });
});
