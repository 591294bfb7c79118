import { describe, expect, it } from "vitest";
import { hashKey, readKey } from "../../../src/core/key-format.ts";
import { findKeyRow } from "../../../src/platform/db/keys.ts";
import { admitted } from "../../platform/accounts.ts";
import { callWith, createAdmin, db, NOW, signer, spendWith, unreachable } from "./admin.ts";

const { post, get, generate } = createAdmin();

describe("POST /key/generate", () => {
  it("answers with LiteLLM's whole row for an empty wish", async () => {
    const { made, key } = await generate();
    expect(await readKey(key, signer)).toBeDefined();
    const hash = await hashKey(key);
    expect(made).toEqual({
      key,
      token: hash,
      token_id: hash,
      key_name: `sk-...${key.slice(-4)}`,
      key_alias: null,
      expires: null,
      user_id: null,
      team_id: null,
      organization_id: null,
      project_id: null,
      agent_id: null,
      models: [],
      max_budget: null,
      budget_duration: null,
      budget_reset_at: null,
      tpm_limit: null,
      rpm_limit: null,
      max_parallel_requests: null,
      metadata: {},
      aliases: {},
      config: {},
      permissions: {},
      spend: 0,
      soft_budget: null,
      budget_limits: null,
      budget_id: null,
      model_max_budget: {},
      model_rpm_limit: null,
      model_tpm_limit: null,
      rpm_limit_type: null,
      tpm_limit_type: null,
      allowed_cache_controls: [],
      allowed_routes: [],
      allowed_ips: [],
      key_type: null,
      allowed_passthrough_routes: null,
      allowed_vector_store_indexes: null,
      access_group_ids: null,
      guardrails: null,
      policies: null,
      prompts: null,
      tags: null,
      enforced_params: null,
      router_settings: null,
      auto_rotate: null,
      rotation_interval: null,
      key_rotation_at: null,
      blocked: null,
      object_permission: null,
      litellm_budget_table: null,
      created_at: NOW,
      created_by: "default_user_id",
      updated_at: NOW,
      updated_by: "default_user_id",
    });
  });

  it("takes the fields of LiteLLM's own examples and gives them back", async () => {
    const { made } = await generate({
      key_alias: "svc-a",
      duration: "30d",
      models: ["gpt-4o"],
      max_budget: 10.5,
      budget_duration: "30d",
      tpm_limit: 1000,
      rpm_limit: "60",
      max_parallel_requests: 4,
      aliases: { "gpt-4o": "azure-gpt-4o" },
      metadata: { team: "core" },
      tags: ["prod"],
      model_rpm_limit: { "gpt-4o": 10 },
      guardrails: ["pii"],
      soft_budget: 5,
      key_type: "llm_api",
      somebodys_own_field: { ignored: true },
    });
    expect(made).toMatchObject({
      key_alias: "svc-a",
      expires: "2026-12-18T10:30:00+00:00",
      models: ["gpt-4o"],
      max_budget: 10.5,
      budget_duration: "30d",
      budget_reset_at: "2026-12-01T00:00:00+00:00",
      tpm_limit: 1000,
      rpm_limit: 60,
      max_parallel_requests: 4,
      aliases: { "gpt-4o": "azure-gpt-4o" },
      metadata: {
        team: "core",
        tags: ["prod"],
        model_rpm_limit: { "gpt-4o": 10 },
        guardrails: ["pii"],
      },
      tags: ["prod"],
      model_rpm_limit: { "gpt-4o": 10 },
      guardrails: ["pii"],
      soft_budget: 5,
      allowed_routes: ["llm_api_routes"],
    });
    expect(made).not.toHaveProperty("somebodys_own_field");
  });

  it("resets budgets at the operator's midnight", async () => {
    const tokyo = createAdmin({ timeZone: "Asia/Tokyo" });
    const { body } = await tokyo.post("/key/generate", { max_budget: 1, budget_duration: "1d" });
    expect(body["budget_reset_at"]).toBe("2026-11-18T15:00:00+00:00");
  });

  it("makes a key that works at once and obeys its limits", async () => {
    const { key } = await generate({ max_budget: 0.000_000_15, models: ["gpt-4o"] });
    const { reply } = await callWith(key);
    expect(admitted(reply).key.maxBudgetNanoUsd).toBe(150);
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "budget-in-flight" } });
    expect((await callWith(key, { model: "o3" })).reply).toMatchObject({
      refusal: { reason: "model-denied" },
    });
  });

  it("takes a key of one's own and stores only its hash", async () => {
    const key = "sk-my-own-key-1234567890";
    const { made, hash } = await generate({ key });
    expect(made["key"]).toBe(key);
    expect(hash).toBe(await hashKey(key));
    expect(JSON.stringify(await findKeyRow(db, hash))).not.toContain(key);
    expect(await post("/key/generate", { key })).toMatchObject({
      status: 400,
      body: { error: { param: "key", type: "bad_request_error", code: "400" } },
    });
  });

  it.each([
    [{ max_budget: -1 }, "max_budget"],
    [{ max_budget: "a lot" }, "max_budget"],
    [{ max_budget: 1e300 }, "max_budget"],
    [{ rpm_limit: 1.5 }, "rpm_limit"],
    [{ rpm_limit: -1 }, "rpm_limit"],
    [{ models: "gpt-4o" }, "models"],
    [{ models: ["gpt-4o", 5] }, "models.1"],
    [{ metadata: [] }, "metadata"],
    [{ duration: "soon" }, "duration"],
    [{ budget_duration: "fortnightly" }, "budget_duration"],
    [{ budget_duration: "2mo" }, "budget_duration"],
    [
      { budget_limits: [{ budget_duration: "x", max_budget: 1 }] },
      "budget_limits.0.budget_duration",
    ],
    [{ key: "my-own-key-1234567890" }, "key"],
    [{ key: "sk-1" }, "key"],
    [{ key: "sk-test-master" }, "key"],
    [{ key: `sk-sekisho-${"a".repeat(75)}` }, "key"],
    [{ key_alias: "two\nlines" }, "key_alias"],
    [{ blocked: "yes" }, "blocked"],
    [{ allowed_ips: ["10.0.0.0/8", "10.0.0.0/33"] }, "allowed_ips.1"],
    [{ temp_budget_increase: 5 }, "temp_budget_expiry"],
    [{ temp_budget_expiry: "2026-12-01" }, "temp_budget_increase"],
    [{ temp_budget_increase: 5, temp_budget_expiry: "soon" }, "temp_budget_expiry"],
    [{ auto_rotate: true }, "rotation_interval"],
    [{ auto_rotate: true, rotation_interval: "often" }, "rotation_interval"],
    [{ model_max_budget: { "gpt-4o": "much" } }, "model_max_budget.gpt-4o"],
    [{ model_max_budget: { "gpt-4o": {} } }, "model_max_budget.gpt-4o.budget_limit"],
    [{ model_max_budget: { m: { budget_limit: -1 } } }, "model_max_budget.m.budget_limit"],
    [
      { model_max_budget: { m: { max_budget: 1, budget_duration: "x" } } },
      "model_max_budget.m.budget_duration",
    ],
    [
      { model_max_budget: { m: { budget_limit: "1", time_period: 5 } } },
      "model_max_budget.m.time_period",
    ],
    [
      { model_max_budget: { g: { models: "a", budget_limit: 1, time_period: "1d" } } },
      "model_max_budget.g.models",
    ],
    [{ model_max_budget: { m: { rpm_limit: 1.5 } } }, "model_max_budget.m.rpm_limit"],
  ])("refuses %j and names %s", async (body, param) => {
    const answer = await post("/key/generate", body);
    expect(answer).toMatchObject({ status: 400, body: { error: { param, code: "400" } } });
  });

  it("refuses an alias that is taken, and a team that is not there", async () => {
    await generate({ key_alias: "unique" });
    expect(await post("/key/generate", { key_alias: "unique" })).toMatchObject({
      status: 400,
      body: {
        error: {
          message:
            "Key with alias 'unique' already exists. Unique key aliases across all keys are required.",
          type: "bad_request_error",
          param: "key_alias",
          code: "400",
        },
      },
    });
    expect(await post("/key/generate", { team_id: "nowhere" })).toMatchObject({ status: 404 });
  });

  it("takes per-model budgets in all of LiteLLM's spellings, and they hold", async () => {
    const model_max_budget = {
      "gpt-4o": { budget_limit: "0.00000015", time_period: "1d" },
      o3: { max_budget: 1, budget_duration: "30d" },
      mini: 2.5,
      group: { models: ["a", "b"], budget_limit: 10, time_period: "1mo" },
    };
    const { made, key } = await generate({ model_max_budget });
    expect(made["model_max_budget"]).toEqual(model_max_budget);
    await spendWith(key, 60);
    expect((await callWith(key)).reply).toMatchObject({
      refusal: { reason: "budget", model: "gpt-4o", limitNanoUsd: 150 },
    });
    admitted((await callWith(key, { model: "o3" })).reply);
    const { body } = await get(`/key/info?key=${key}`);
    expect(body).toMatchObject({
      info: {
        model_max_budget_usage: {
          "gpt-4o": { current_spend: 0.000_000_06, budget_limit: 0.000_000_15, time_period: "1d" },
          group: { current_spend: 0, budget_limit: 10, time_period: "1mo" },
        },
      },
    });
  });

  it("keeps a key to addresses, and keeps its purpose and its leave to be clamped", async () => {
    const wish = { allowed_ips: ["10.0.0.0/8"], purpose: "batch", allow_clamp: true };
    const { made, key } = await generate({ ...wish, metadata: { a: 1 } });
    expect(made).toMatchObject({
      allowed_ips: ["10.0.0.0/8"],
      metadata: { a: 1, purpose: "batch", allow_clamp: true },
    });
    expect((await callWith(key, { requesterIp: "192.0.2.1" })).reply).toMatchObject({
      refusal: { reason: "address-denied" },
    });
    admitted((await callWith(key, { requesterIp: "10.1.2.3" })).reply);
  });

  it("has the limits of a linked budget where it has none of its own, if there is one", async () => {
    await post("/budget/new", { budget_id: "linked", max_budget: 0, rpm_limit: 5 });
    const { made, key } = await generate({ budget_id: "linked" });
    expect(made).toMatchObject({
      max_budget: null,
      budget_id: "linked",
      litellm_budget_table: { budget_id: "linked", max_budget: 0, rpm_limit: 5 },
    });
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "budget" } });
    const own = await generate({ budget_id: "linked", max_budget: 1 });
    admitted((await callWith(own.key)).reply);
    const nowhere = { status: 404, body: { error: { param: "budget_id" } } };
    expect(await post("/key/generate", { budget_id: "nowhere" })).toMatchObject(nowhere);
    expect(await post("/key/update", { key: own.key, budget_id: "nowhere" })).toMatchObject(
      nowhere,
    );
  });

  it("gives a provisioning key one route and one role", async () => {
    const { made, key } = await generate({ key_type: "provisioning" });
    expect(made).toMatchObject({ key_type: "provisioning", allowed_routes: ["/user/new"] });
    const headers = { authorization: `Bearer ${key}` };
    expect((await post("/user/new", { user_id: "signed-up" }, headers)).status).toBe(200);
    expect((await post("/key/generate", {}, headers)).status).toBe(403);
    expect((await callWith(key)).reply).toMatchObject({ refusal: { reason: "route-denied" } });
  });

  it("leaves nothing behind when the account cannot be reached", async () => {
    const cut = createAdmin({ account: unreachable });
    const answer = await cut.post("/key/generate", { key_alias: "half-made" });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "503" } } });
    await generate({ key_alias: "half-made" });
  });
});
