import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { hashKey } from "../../../src/core/key-format.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { accountStub } from "../../../src/platform/account/stub.ts";
import { createKeyDirectory } from "../../../src/platform/key-directory.ts";
import { callFor } from "../../platform/accounts.ts";
import { createAdmin, db } from "./admin.ts";

/** What tests of the import share: LiteLLM's rows, and what an imported key can do. */
export const importing = createAdmin();

export async function bring(table: string, ...rows: JsonObject[]): Promise<JsonObject[]> {
  const { status, body } = await importing.post("/sekisho/import", { table, rows });
  expect(body, JSON.stringify(body)).toMatchObject({ table });
  expect(status).toBe(200);
  return body["results"] as JsonObject[];
}

/** A row as LiteLLM's database has it, with all its defaults. */
export async function oldKey(key: string, changes: JsonObject = {}): Promise<JsonObject> {
  return {
    token: await hashKey(key),
    key_name: `sk-...${key.slice(-4)}`,
    key_alias: null,
    soft_budget_cooldown: false,
    spend: 0,
    expires: null,
    models: [],
    aliases: {},
    config: {},
    router_settings: {},
    user_id: null,
    team_id: null,
    permissions: {},
    max_parallel_requests: null,
    metadata: {},
    blocked: null,
    tpm_limit: null,
    rpm_limit: null,
    max_budget: null,
    budget_duration: null,
    budget_reset_at: null,
    allowed_cache_controls: [],
    allowed_routes: [],
    model_spend: {},
    model_max_budget: {},
    budget_id: null,
    created_at: "2025-03-01T09:00:00.123000+00:00",
    created_by: "taro",
    ...changes,
  };
}

/** What the account that decides about an imported key says to a call for this much. */
export async function call(key: string, changes: { inputNanoUsd?: number } = {}) {
  const keyHash = await hashKey(key);
  const accountId = await createKeyDirectory(db).accountOf(keyHash, Date.now());
  if (accountId === undefined) return undefined;
  const made = callFor({ keyHash });
  const bound = { ...made.bound, inputNanoUsd: changes.inputNanoUsd ?? made.bound.inputNanoUsd };
  const request = { ...made, bound: { ...bound, outputPicoPerToken: 0 } };
  return { request, account: accountStub(env.ACCOUNT, accountId), keyHash };
}
