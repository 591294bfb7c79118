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

  it("leaves nothing behind when the account cannot be reached", async () => {
    const cut = createAdmin({ account: unreachable });
    const answer = await cut.post("/key/generate", { key_alias: "half-made" });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "503" } } });
    await generate({ key_alias: "half-made" });
  });
});

describe("GET /key/info", () => {
  it("shows a key by its text and by its hash, with what it spent up to now", async () => {
    const { key, hash } = await generate({
      max_budget: 1,
      budget_duration: "30d",
      key_alias: "shown",
    });
    await spendWith(key, 42_000_000);
    const { body } = await get(`/key/info?key=${key}`);
    expect(body["key"]).toBe(key);
    expect(body["info"]).toEqual({
      key_name: `sk-...${key.slice(-4)}`,
      key_alias: "shown",
      soft_budget_cooldown: false,
      spend: 0.042,
      expires: null,
      models: [],
      max_budget: 1,
      budget_duration: "30d",
      budget_reset_at: "2026-12-01T00:00:00+00:00",
      tpm_limit: null,
      rpm_limit: null,
      max_parallel_requests: null,
      metadata: {},
      aliases: {},
      config: {},
      router_settings: {},
      user_id: null,
      team_id: null,
      agent_id: null,
      project_id: null,
      permissions: {},
      blocked: null,
      soft_budget: null,
      budget_limits: null,
      allowed_cache_controls: [],
      allowed_routes: [],
      policies: [],
      access_group_ids: [],
      model_spend: {},
      model_max_budget: {},
      budget_id: null,
      organization_id: null,
      object_permission_id: null,
      created_at: NOW,
      created_by: "default_user_id",
      updated_at: NOW,
      updated_by: "default_user_id",
      rotation_count: 0,
      auto_rotate: false,
      rotation_interval: null,
      last_rotation_at: null,
      key_rotation_at: null,
      litellm_budget_table: null,
      object_permission: null,
    });
    expect((await get(`/key/info?key=${hash}`)).body).toMatchObject({
      key: hash,
      info: { key_alias: "shown", spend: 0.042 },
    });
  });

  it("shows a key itself, and nobody else's", async () => {
    const { key, hash } = await generate({ key_alias: "self" });
    const other = await generate();
    expect((await get("/key/info", key)).body).toMatchObject({
      key: hash,
      info: { key_alias: "self" },
    });
    expect((await get(`/key/info?key=${key}`, key)).status).toBe(200);
    expect(await get(`/key/info?key=${other.hash}`, key)).toMatchObject({
      status: 403,
      body: { error: { code: "403" } },
    });
  });

  it("says in LiteLLM's words that there is no such key", async () => {
    expect(await get("/key/info?key=sk-nobody-knows-it")).toMatchObject({
      status: 404,
      body: {
        error: {
          message: "Key not found in database",
          type: "not_found_error",
          param: "key",
          code: "404",
        },
      },
    });
  });
});
