import { describe, expect, it } from "vitest";
import { createAdmin, NOW, spendWith } from "./admin.ts";

const { get, generate } = createAdmin();

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
      allowed_ips: [],
      key_type: null,
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
      model_max_budget_usage: {},
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
