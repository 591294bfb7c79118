import { describe, expect, it } from "vitest";
import { coverageOf, type Asker } from "../../../src/core/roles.ts";
import { overreachOf, withDecision, type KeyWish } from "../../../src/http/admin/key-rights.ts";
import type { KeyRow } from "../../../src/platform/db/schema/identity.ts";
import { keyRow, teamRow } from "../../platform/db/rows.ts";

const PERSON: Asker = {
  roles: ["internal_user"],
  userId: "ada",
  keyHash: "own",
  teamIds: ["lab"],
  adminTeamIds: [],
  memberTeams: [{ id: "lab", permissions: ["/key/generate"] }],
  organizationIds: ["org"],
  adminOrganizationIds: [],
};
const TEAM_ADMIN: Asker = {
  ...PERSON,
  roles: ["internal_user", "team_admin"],
  adminTeamIds: ["lab"],
  memberTeams: [],
};
const ADMIN: Asker = { ...PERSON, roles: ["proxy_admin"] };

const MEMBERS = ["ada", "bob"].map((id) => ({
  role: "user" as const,
  user_id: id,
  user_email: null,
}));

type Changes = Partial<KeyRow>;

function wishOf(asker: Asker, change: Partial<KeyWish> & { own?: KeyRow }): KeyWish {
  const { after = row({}), before = null } = change;
  const action = before === null ? "key.create" : "key.change";
  const coverage = coverageOf(action, asker, "/key/generate");
  if (coverage === undefined) throw new Error("may not even ask");
  const team = after.teamId === null ? undefined : teamRow(after.teamId, { members: MEMBERS });
  return {
    asker,
    coverage,
    own: undefined,
    before,
    after,
    fields: new Set(),
    team,
    isShown: before === null,
    ...change,
  };
}

function row(changes: Changes): KeyRow {
  return keyRow("k", "account", { userId: "ada", createdBy: "ada", ...changes });
}

/** What is at fault with a new key that somebody asks for. */
function making(asker: Asker, changes: Changes, fields: string[] = []): string | undefined {
  return overreachOf(wishOf(asker, { after: row(changes), fields: new Set(fields) }))?.param;
}

describe("who may make which key", () => {
  it.each<[string, Changes, string[], string | undefined, string | undefined, string | undefined]>([
    // What is asked for, and what is at fault for a person, a team administrator, an administrator.
    ["one of their own", {}, [], undefined, undefined, undefined],
    ["one of somebody else", { userId: "bob" }, [], "user_id", "user_id", undefined],
    ["one of nobody", { userId: null }, [], "user_id", "user_id", undefined],
    ["one of their own in the team", { teamId: "lab" }, [], undefined, undefined, undefined],
    ["the team's own", { teamId: "lab", userId: null }, [], undefined, undefined, undefined],
    [
      "a member's that can only call",
      { teamId: "lab", userId: "bob", settings: { allowed_routes: ["llm_api_routes"] } },
      [],
      "user_id",
      undefined,
      undefined,
    ],
    [
      "a member's that can call one route",
      { teamId: "lab", userId: "bob", settings: { allowed_routes: ["/v1/chat/completions"] } },
      [],
      "user_id",
      undefined,
      undefined,
    ],
    [
      "a member's that can do all the member can",
      { teamId: "lab", userId: "bob" },
      [],
      "user_id",
      "allowed_routes",
      undefined,
    ],
    [
      "a member's that can read and call",
      { teamId: "lab", userId: "bob", settings: { allowed_routes: ["openai_routes", "/key/*"] } },
      [],
      "user_id",
      "allowed_routes",
      undefined,
    ],
    [
      "a stranger's in the team",
      { teamId: "lab", userId: "eve", settings: { allowed_routes: ["llm_api_routes"] } },
      [],
      "user_id",
      "user_id",
      undefined,
    ],
    [
      "another organization's",
      { organizationId: "elsewhere" },
      [],
      "organization_id",
      "organization_id",
      undefined,
    ],
    ["their organization's", { organizationId: "org" }, [], undefined, undefined, undefined],
    ["a spend of nothing", {}, ["spend"], undefined, undefined, undefined],
    [
      "no permissions",
      { settings: { permissions: {} } },
      ["permissions"],
      undefined,
      undefined,
      undefined,
    ],
    ["a spend", { spendNanoUsd: 1 }, ["spend"], "spend", "spend", undefined],
    [
      "permissions",
      { settings: { permissions: { get_spend_routes: true } } },
      ["permissions"],
      "permissions",
      "permissions",
      undefined,
    ],
    [
      "a budget by its name",
      { settings: { budget_id: "rich" } },
      ["budget_id"],
      "budget_id",
      "budget_id",
      undefined,
    ],
    [
      "a raise hidden in the metadata",
      { metadata: { temp_budget_increase: 9 } },
      ["metadata"],
      "metadata",
      "metadata",
      undefined,
    ],
    [
      "a provisioning key",
      { settings: { key_type: "provisioning" } },
      ["key_type"],
      "key_type",
      "key_type",
      undefined,
    ],
    [
      "a management key",
      { settings: { key_type: "management" } },
      ["key_type"],
      "key_type",
      "key_type",
      undefined,
    ],
    ["a key for calls", { settings: { key_type: "llm_api" } }, [], undefined, undefined, undefined],
  ])("%s", (_, changes, fields, forPerson, forTeamAdmin, forAdmin) => {
    expect(making(PERSON, changes, fields)).toBe(forPerson);
    expect(making(TEAM_ADMIN, changes, fields)).toBe(forTeamAdmin);
    expect(making(ADMIN, changes, fields)).toBe(forAdmin);
  });
});

describe("what binds the key one asks with", () => {
  const limited: Changes = {
    models: ["gpt-4o", "claude-*"],
    maxBudgetNanoUsd: 1_000,
    budgetDuration: "30d",
    rpmLimit: 10,
    tpmLimit: 100,
    maxParallelRequests: 2,
    expiresAtMs: 5_000,
    settings: { allowed_routes: ["/v1/*", "/key/*"], allowed_ips: ["10.0.0.0/8", "::1"] },
    metadata: { enforced_params: ["user"], model_rpm_limit: { "gpt-4o": 5 } },
  };

  it.each<[string, Changes, string | undefined]>([
    ["the same", {}, undefined],
    ["fewer models", { models: ["gpt-4o", "claude-opus"] }, undefined],
    ["other models", { models: ["gpt-4o", "o3"] }, "models"],
    ["all models", { models: [] }, "models"],
    ["all models by a special word", { models: ["all-proxy-models"] }, "models"],
    ["less money", { maxBudgetNanoUsd: 999 }, undefined],
    ["less money once", { maxBudgetNanoUsd: 999, budgetDuration: null }, undefined],
    ["more money", { maxBudgetNanoUsd: 1_001 }, "max_budget"],
    ["no budget", { maxBudgetNanoUsd: null }, "max_budget"],
    ["the same money more often", { budgetDuration: "1d" }, "budget_duration"],
    ["more requests", { rpmLimit: 11 }, "rpm_limit"],
    ["any number of tokens", { tpmLimit: null }, "tpm_limit"],
    ["more at a time", { maxParallelRequests: 3 }, "max_parallel_requests"],
    ["a longer life", { expiresAtMs: 5_001 }, "duration"],
    ["a life without end", { expiresAtMs: null }, "duration"],
    [
      "a narrower route and fewer addresses",
      { settings: { allowed_routes: ["/v1/messages"], allowed_ips: ["::1"] } },
      undefined,
    ],
    ["all routes", { settings: { allowed_routes: [], allowed_ips: ["::1"] } }, "allowed_routes"],
    [
      "a wider pattern",
      { settings: { allowed_routes: ["/*"], allowed_ips: ["::1"] } },
      "allowed_routes",
    ],
    [
      "a group of routes",
      { settings: { allowed_routes: ["management_routes"], allowed_ips: ["::1"] } },
      "allowed_routes",
    ],
    ["all addresses", { settings: { allowed_routes: ["/key/*"] } }, "allowed_ips"],
    ["nothing enforced", { metadata: { model_rpm_limit: { "gpt-4o": 5 } } }, "enforced_params"],
    ["no limit per model", { metadata: { enforced_params: ["user"] } }, "model_rpm_limit"],
  ])("binds a new key too: %s", (_, changes, fault) => {
    const own = row(limited);
    const wish = wishOf(PERSON, { own, after: row({ ...limited, ...changes }) });
    expect(overreachOf(wish)?.param).toBe(fault);
    expect(overreachOf({ ...wish, asker: ADMIN })).toBeUndefined();
  });

  it("does not let all of a team's models become all models", () => {
    const own = row({ teamId: "lab", models: ["all-team-models"] });
    const elsewhere = wishOf(PERSON, { own, after: row({ models: ["all-team-models"] }) });
    expect(overreachOf(elsewhere)?.param).toBe("models");
    const inside = wishOf(PERSON, { own, after: row({ teamId: "lab", models: ["o3"] }) });
    expect(overreachOf(inside)).toBeUndefined();
  });
});

describe("a key that was given to somebody", () => {
  const given = row({ createdBy: "boss", maxBudgetNanoUsd: 1_000 });

  function changing(asker: Asker, before: KeyRow, changes: Changes, fields: string[]) {
    const after = { ...before, ...changes };
    return overreachOf(wishOf(asker, { before, after, fields: new Set(fields) }))?.param;
  }

  it.each<[string, Changes, string[], string | undefined]>([
    ["its name", { alias: "mine" }, ["key", "key_alias"], undefined],
    ["its text", {}, ["key", "new_key", "grace_period"], undefined],
    ["that it works", { blocked: true }, ["key", "blocked"], undefined],
    ["its budget", { maxBudgetNanoUsd: 2_000 }, ["key", "max_budget"], "max_budget"],
    ["its models", { models: [] }, ["key", "models"], "models"],
    ["its routes", { settings: {} }, ["key", "allowed_routes"], "allowed_routes"],
  ])("lets them change %s or not", (_, changes, fields, fault) => {
    expect(changing(PERSON, given, changes, fields)).toBe(fault);
    expect(changing(ADMIN, given, changes, fields)).toBeUndefined();
  });

  it("has no spend and no budget by name that is theirs to set, even as they seem to be", () => {
    const linked = row({ settings: { budget_id: "tight" } });
    expect(changing(PERSON, row({}), {}, ["key", "spend"])).toBe("spend");
    expect(changing(PERSON, linked, { settings: {} }, ["key", "budget_id"])).toBe("budget_id");
    expect(changing(PERSON, linked, {}, ["key", "budget_id"])).toBeUndefined();
  });

  it("is one they made themselves, once somebody else decided about it", () => {
    const [made, boss] = [row({}), { ...ADMIN, userId: "boss" }];
    const lowered = withDecision(boss, made, { ...made, maxBudgetNanoUsd: 5 }, { max_budget: 5 });
    const raise = { maxBudgetNanoUsd: 50 };
    expect(changing(PERSON, lowered, raise, ["key", "max_budget"])).toBe("max_budget");
    const named = withDecision(boss, made, { ...made, alias: "x" }, { key_alias: "x" });
    expect(changing(PERSON, named, raise, ["key", "max_budget"])).toBeUndefined();
    const own = withDecision(PERSON, made, { ...made, ...raise }, { max_budget: 50 });
    expect(changing(PERSON, own, raise, ["key", "max_budget"])).toBeUndefined();
  });

  it("is theirs to change where they made it, or administer its team", () => {
    const fields = ["key", "max_budget"];
    expect(changing(PERSON, row({}), { maxBudgetNanoUsd: 5 }, fields)).toBeUndefined();
    const teams = { ...given, teamId: "lab", userId: "bob" };
    expect(changing(TEAM_ADMIN, teams, { maxBudgetNanoUsd: 5 }, fields)).toBeUndefined();
  });

  it("stays blocked until an administrator says otherwise", () => {
    const blocked = { ...row({ blocked: true }) };
    expect(changing(PERSON, blocked, { blocked: false }, ["key", "blocked"])).toBe("blocked");
    const teams = { ...blocked, teamId: "lab" };
    expect(changing(TEAM_ADMIN, teams, { blocked: false }, ["key", "blocked"])).toBeUndefined();
  });

  it("shows its next text to a team's administrator only if it can do nothing but call", () => {
    const bobs = row({ teamId: "lab", userId: "bob" });
    const wish = wishOf(TEAM_ADMIN, { before: bobs, after: { ...bobs, hash: "next" } });
    expect(overreachOf({ ...wish, isShown: true })?.param).toBe("allowed_routes");
    expect(overreachOf(wish)).toBeUndefined();
  });
});
