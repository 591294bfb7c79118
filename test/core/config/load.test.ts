import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import shipped from "../../../config.yaml?raw";
import { secretNames } from "../../../src/core/config/load.ts";
import { PRICE_TABLE_VERSION } from "../../../src/core/prices.ts";
import { load, loaded, problemsOf, warningsOf } from "./sample.ts";

function model(name: string, params: Record<string, unknown> = { model: "demo/demo" }) {
  return { model_name: name, litellm_params: params };
}

describe("the shipped config.yaml", () => {
  const raw: unknown = parse(shipped);

  it("loads without any credential and without a warning", () => {
    expect(load(raw)).toMatchObject({ ok: true, warnings: [] });
  });

  it("serves every model at a known price", () => {
    for (const one of loaded(raw).deployments)
      expect([one.group, one.price?.source]).toEqual([one.group, PRICE_TABLE_VERSION]);
  });

  it("spreads one Claude over three regions of Bedrock and Vertex", () => {
    const places = loaded(raw).groups.get("claude-sonnet-4-5") ?? [];
    expect(
      places.map((one) => [
        one.provider,
        one.connection.aws_region_name ?? one.connection.vertex_location,
      ]),
    ).toEqual([
      ["bedrock", "us-west-2"],
      ["bedrock", "eu-central-1"],
      ["bedrock", "ap-northeast-1"],
      ["vertex_ai", "global"],
    ]);
  });

  it("has a meaning for each model Claude Code asks for by itself", () => {
    const { aliases } = loaded(raw);
    for (const name of ["claude-opus-5-5", "claude-haiku-5-5", "claude-haiku-4-5-20251001"]) {
      expect([name, aliases.get(name)]).toEqual([name, "claude-sonnet-4-5"]);
    }
  });

  it("names the variables it reads", () => {
    expect(secretNames(raw)).toEqual([
      "AZURE_API_BASE",
      "AZURE_OPENAI_API_KEY",
      "GCP_VERTEX_AI_CREDENTIALS",
      "LITELLM_MASTER_KEY",
      "VERTEXAI_PROJECT",
    ]);
  });
});

describe("loadConfig", () => {
  it("gives LiteLLM's defaults, but keeps no content", () => {
    expect(loaded({})).toMatchObject({
      version: "v1",
      deployments: [],
      router: { retriesMax: 2, timeoutMs: 600_000, streamTimeoutMs: undefined, cooldownMs: 5_000 },
      settings: {
        logContent: false,
        dropParams: false,
        requestBytesMax: 20 * 1024 * 1024,
        timeZone: "UTC",
        unpricedModels: "refuse",
        callbacks: [],
        keyHeaderName: undefined,
      },
    });
  });

  it("reads every setting it acts on", () => {
    const config = loaded({
      router_settings: { num_retries: "4", timeout: 1.5, stream_timeout: 2, cooldown_time: 0 },
      litellm_settings: {
        callbacks: ["datadog"],
        success_callback: "datadog",
        turn_off_message_logging: false,
        drop_params: "True",
        timezone: "Asia/Tokyo",
      },
      general_settings: { max_request_size_mb: 2, litellm_key_header_name: "X-Key" },
      sekisho_settings: {
        unpriced_models: { usd_per_million_tokens: 75 },
        budget_wait_ms: 0,
        compat: { error_status: "litellm-legacy" },
      },
    });
    expect(config.router).toMatchObject({
      retriesMax: 4,
      timeoutMs: 1_500,
      streamTimeoutMs: 2_000,
      cooldownMs: 0,
    });
    expect(config.settings).toEqual({
      logContent: true,
      dropParams: true,
      requestBytesMax: 2 * 1024 * 1024,
      timeZone: "Asia/Tokyo",
      unpricedModels: { usdPerMillionTokens: 75 },
      callbacks: ["datadog"],
      keyHeaderName: "X-Key",
      budgetWaitMs: 0,
      globalBudget: undefined,
      endUsers: { headers: [], defaultBudgetId: undefined },
      newUsers: { models: [], teams: [], availableTeams: [] },
      privateUpstreams: false,
      legacyStatuses: true,
    });
  });

  it("reads the budget of all calls", () => {
    const { settings } = loaded({
      litellm_settings: { max_budget: "12.5", budget_duration: "30d" },
    });
    expect(settings.globalBudget).toEqual({
      kind: "global",
      id: "",
      name: "all calls",
      budget: { limitNanoUsd: 12_500_000_000, duration: "30d", anchorMs: 0 },
      models: [],
      blocked: false,
    });
  });

  it("groups deployments by their public name, in file order", () => {
    const config = loaded({
      model_list: [model("a"), model("b"), model("a", { model: "openai/gpt-4o" })],
    });
    expect([...config.groups.keys()]).toEqual(["a", "b"]);
    expect(config.groups.get("a")?.map((one) => one.provider)).toEqual(["demo", "openai"]);
  });

  it("reads aliases in both spellings", () => {
    const raw = {
      model_list: [model("gpt-4o")],
      router_settings: {
        model_group_alias: { "gpt-4": "gpt-4o", smart: { model: "gpt-4o", hidden: true } },
      },
    };
    expect([...loaded(raw).aliases]).toEqual([
      ["gpt-4", "gpt-4o"],
      ["smart", "gpt-4o"],
    ]);
    expect(warningsOf(raw)).toEqual([]);
  });
});

describe("what is wrong", () => {
  it("is told with its path, all of it at once", () => {
    const raw = {
      model_list: [
        { litellm_params: { model: "openai/gpt-4o" } },
        { model_name: "a" },
        { model_name: "b", litellm_params: {} },
        { model_name: "c", litellm_params: { model: "openai/gpt-4o", rpm: -1, timeout: "soon" } },
        "d",
      ],
      router_settings: { num_retries: 1.5 },
      general_settings: [],
    };
    expect(problemsOf(raw)).toEqual([
      "model_list[0].model_name: is missing: it is the name callers use",
      "model_list[1].litellm_params: is missing: it says which model to call",
      "model_list[2].litellm_params.model: is missing: write provider/model, or set the variable it refers to",
      "model_list[3].litellm_params.timeout: must be a number, 0.001 or more",
      "model_list[3].litellm_params.rpm: must be a whole number, 1 or more",
      "model_list[4]: must be a mapping (name: value)",
      "router_settings.num_retries: must be a whole number, 0 or more",
      "general_settings: must be a mapping (name: value)",
    ]);
  });

  it("includes providers nobody knows, with those that are known", () => {
    const names = ["azure_ai/x", "mistral-large", "bedrock/", "openai/"];
    const problems = problemsOf({ model_list: names.map((name) => model(name, { model: name })) });
    expect(problems[0]).toMatch(
      /^model_list\[0\]\.litellm_params\.model: "azure_ai" is no provider .* known are bedrock, vertex_ai, /,
    );
    expect(problems[1]).toContain('"mistral-large" names no provider');
    expect(problems[2]).toContain("names a provider and no model");
    expect(problems).toHaveLength(4);
  });

  it("includes two entries with one id", () => {
    const twin = { ...model("a"), model_info: { id: "one" } };
    expect(problemsOf({ model_list: [twin, twin] })).toEqual([
      'model_list[1].model_info.id: "one" is the id of another entry: choose another',
    ]);
  });

  it("includes aliases that lead nowhere or hide a model", () => {
    const raw = {
      model_list: [model("a")],
      router_settings: { model_group_alias: { "gpt-4": "b", a: "a" } },
    };
    expect(problemsOf(raw)).toEqual([
      'router_settings.model_group_alias["gpt-4"]: points to "b", which no entry of model_list has as its model_name',
      'router_settings.model_group_alias.a: "a" is a model_name already: keep one of them',
    ]);
  });

  it("includes a time zone that is none, and our own settings out of range", () => {
    expect(problemsOf({ litellm_settings: { timezone: "Tokyo/Asia" } })).toEqual([
      "litellm_settings.timezone: is no IANA time zone: write one like Asia/Tokyo",
    ]);
    const path = "sekisho_settings.unpriced_models";
    for (const value of ["free", 5, { usd_per_million: 1 }, { usd_per_million_tokens: "much" }]) {
      expect(problemsOf({ sekisho_settings: { unpriced_models: value } })).toEqual([
        `${path}: must be \`refuse\`, or a mapping with usd_per_million_tokens`,
      ]);
    }
    for (const usd of [-1, 20_000]) {
      const unpriced_models = { usd_per_million_tokens: usd };
      expect(problemsOf({ sekisho_settings: { unpriced_models } })).toEqual([
        `${path}.usd_per_million_tokens: must be a number between 0 and 10000`,
      ]);
    }
  });

  it("includes a release of LiteLLM nobody knows", () => {
    const compat = { error_status: "litellm-2" };
    expect(problemsOf({ sekisho_settings: { compat } })).toEqual([
      "sekisho_settings.compat.error_status: must be litellm-1.84+ (the default) or litellm-legacy",
    ]);
  });

  it("includes a file that is no mapping", () => {
    for (const raw of [[], "text", 5]) {
      expect(problemsOf(raw)).toEqual([": must be a mapping with sections such as model_list"]);
    }
    expect(load(null).ok).toBe(true);
  });
});

describe("what has no effect", () => {
  it("is named: unknown, not yet, not needed", () => {
    const raw = {
      model_list: [
        { ...model("a", { model: "demo/demo", aws_role_name: "r", colour: 1 }), extra: 1 },
      ],
      router_settings: {
        routing_strategy: "least-busy",
        fallbacks: [{ a: ["b"] }],
        redis_host: "h",
        typo: 1,
      },
      litellm_settings: { modify_params: true, callbacks: ["datadog", "langfuse"] },
      general_settings: { database_url: "postgres://", alerting: ["slack"] },
      sekisho_settings: { unprised_models: "refuse" },
      guardrails: [],
      whatever: 1,
    };
    expect(warningsOf(raw)).toEqual([
      "guardrails: not supported yet: guardrails",
      "whatever: unknown setting: whatever",
      "router_settings.redis_host: not needed here: Durable Objects hold what LiteLLM keeps in Redis",
      "router_settings.typo: unknown setting: typo",
      "litellm_settings.modify_params: not supported yet: modify_params",
      "general_settings.database_url: not needed here: records are kept in D1, whose binding is in wrangler.toml",
      "general_settings.alerting: not supported yet: alerting",
      "sekisho_settings.unprised_models: unknown setting: unprised_models",
      "model_list[0].extra: unknown setting: extra",
      "model_list[0].litellm_params.aws_role_name: not supported yet: aws_role_name",
      "model_list[0].litellm_params.colour: unknown setting: colour",
      "litellm_settings.callbacks[1]: not supported yet: the callback langfuse",
    ]);
  });

  it("leaves model_info open, but for what changes who may call and what it costs", () => {
    const info = { note: "ours", team_id: "t", mode: "video", input_cost_per_pixel: 1 };
    expect(warningsOf({ model_list: [{ ...model("a"), model_info: info }] })).toEqual([
      "model_list[0].model_info.team_id: not supported yet: team_id",
      "model_list[0].model_info.mode: not supported yet: mode video",
      "model_list[0].model_info.input_cost_per_pixel: not supported yet: input_cost_per_pixel",
    ]);
  });

  it("includes models whose price nobody knows, and an empty list", () => {
    const raw = {
      model_list: [model("a", { model: "azure/ours" }), model("a", { model: "azure/ours" })],
    };
    expect(warningsOf(raw)).toEqual([expect.stringContaining('the price of "a" is unknown')]);
    expect(warningsOf({ model_list: [] })).toEqual([
      "model_list: is empty: no model can be called yet",
    ]);
  });

  it("includes a limit whose variable is not set, but no credential", () => {
    const params = { model: "openai/gpt-4o", rpm: "os.environ/RPM", api_key: "os.environ/KEY" };
    expect(warningsOf({ model_list: [model("a", params)] })).toEqual([
      "model_list[0].litellm_params.rpm: the variable RPM is not set, so this has no effect",
    ]);
  });

  it("includes a master key from elsewhere", () => {
    for (const master_key of ["os.environ/OTHER", "sk-literal"]) {
      const warnings = warningsOf({ model_list: [model("a")], general_settings: { master_key } });
      expect(warnings).toEqual([expect.stringContaining("set the secret LITELLM_MASTER_KEY")]);
    }
  });
});
