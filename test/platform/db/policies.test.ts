import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { keyPolicyOf, teamPolicyOf, userPolicyOf } from "../../../src/platform/db/policies.ts";
import { keyRow, teamRow, userRow } from "./rows.ts";

const key = (settings: JsonObject, metadata: JsonObject = {}, changes = {}) =>
  keyPolicyOf(keyRow("k1", "a1", { settings, metadata, ...changes }), null);

const TEN_USD = 10_000_000_000;

describe("limits of single models", () => {
  it.each([
    [{ budget_limit: "10", time_period: "1d" }, TEN_USD, "1d", ["o3"]],
    [{ max_budget: 10, budget_duration: "30d" }, TEN_USD, "30d", ["o3"]],
    [{ budget_limit: 10 }, TEN_USD, null, ["o3"]],
    [10, TEN_USD, "7d", ["o3"]],
    [{ models: ["a", "b"], budget_limit: 10, time_period: "1d" }, TEN_USD, "1d", ["a", "b"]],
  ])("are read from %j", (written, limitNanoUsd, duration, models) => {
    const { limits } = key({ model_max_budget: { o3: written } }, {}, { budgetDuration: "7d" });
    expect(limits.byModel).toEqual([
      {
        name: "o3",
        models,
        budgets: [{ limitNanoUsd, duration, anchorMs: 0 }],
        requestsPerMinute: null,
        tokensPerMinute: null,
      },
    ]);
  });

  it("join budgets and rates that are for the same name", () => {
    const { limits } = key(
      { model_max_budget: { o3: { max_budget: 1, rpm_limit: 9 } } },
      { model_rpm_limit: { o3: 5, gpt: 6 }, model_tpm_limit: { o3: 700 } },
    );
    expect(limits.byModel).toMatchObject([
      { name: "o3", requestsPerMinute: 5, tokensPerMinute: 700, budgets: [{}] },
      { name: "gpt", requestsPerMinute: 6, tokensPerMinute: null, budgets: [] },
    ]);
  });

  it("are a team's and a person's too", () => {
    const settings = { model_max_budget: { o3: 1 } };
    for (const { limits } of [
      teamPolicyOf(teamRow("t1", { settings })),
      userPolicyOf(userRow("u1", { settings })),
    ]) {
      expect(limits.byModel).toMatchObject([{ name: "o3" }]);
    }
  });
});

describe("exceptions and warnings", () => {
  it("raise the first budget until they expire, both or neither", () => {
    const whole = { temp_budget_increase: 5, temp_budget_expiry: "2026-12-01T00:00:00Z" };
    const increased = (metadata: JsonObject) =>
      key({}, metadata, { maxBudgetNanoUsd: TEN_USD }).limits.budgets[0]?.increase;
    expect(increased(whole)).toEqual({
      nanoUsd: 5_000_000_000,
      untilMs: Date.UTC(2026, 11, 1),
    });
    expect(increased({ temp_budget_increase: 5 })).toBeUndefined();
    expect(increased({ ...whole, temp_budget_expiry: "soon" })).toBeUndefined();
  });

  it("have a soft budget with the duration of the hard one", () => {
    const { softBudget } = key({ soft_budget: 10 }, {}, { budgetDuration: "30d" }).limits;
    expect(softBudget).toEqual({ limitNanoUsd: TEN_USD, duration: "30d", anchorMs: 0 });
    expect(key({}).limits.softBudget).toBeNull();
  });
});

describe("what a key may do", () => {
  it("is read from where LiteLLM keeps it", () => {
    const settings = {
      aliases: { fast: "o3", same: "same", bad: 1 },
      allowed_routes: ["info_routes"],
    };
    const metadata = { enforced_params: ["user"], allowed_ips: ["10.0.0.0/8"], allow_clamp: true };
    expect(key(settings, metadata)).toMatchObject({
      aliases: { fast: "o3" },
      allowedRoutes: ["info_routes"],
      allowedAddresses: ["10.0.0.0/8"],
      enforcedParameters: ["user"],
      allowsClamping: true,
    });
    const settingsOfTeam = { model_aliases: { slow: "o1" } };
    expect(teamPolicyOf(teamRow("t1", { settings: settingsOfTeam }))).toMatchObject({
      aliases: { slow: "o1" },
    });
  });
});

describe("a linked budget", () => {
  const shared = keyRow("a budget", "", {
    maxBudgetNanoUsd: TEN_USD,
    budgetDuration: "30d",
    rpmLimit: 7,
    tpmLimit: 700,
    settings: { soft_budget: 8, model_max_budget: { o3: 1 } },
  });

  it("says what the key does not say itself", () => {
    expect(keyPolicyOf(keyRow("k1", "a1", { rpmLimit: 1 }), null, shared).limits).toMatchObject({
      budgets: [{ limitNanoUsd: TEN_USD, duration: "30d" }],
      requestsPerMinute: 1,
      tokensPerMinute: 700,
      softBudget: { limitNanoUsd: 8_000_000_000 },
      byModel: [{ name: "o3" }],
    });
    const own = keyRow("k1", "a1", { maxBudgetNanoUsd: 1, budgetDuration: "1d" });
    expect(keyPolicyOf(own, null, shared).limits.budgets).toEqual([
      { limitNanoUsd: 1, duration: "1d", anchorMs: 0 },
    ]);
  });

  it("is a member's in place of the team's for members, but not of the member's own", () => {
    const member = { role: "user" as const, user_email: null };
    const team = teamRow("t1", {
      settings: { team_member_budget: 1, team_member_rpm_limit: 3 },
      members: [
        { ...member, user_id: "linked" },
        { ...member, user_id: "own", max_budget_in_team: 2 },
        { ...member, user_id: "neither" },
      ],
    });
    const policy = teamPolicyOf(
      team,
      undefined,
      new Map([
        ["linked", shared],
        ["own", shared],
      ]),
    );
    const shown = (id: string) => policy.members[id]?.budgets[0]?.limitNanoUsd;
    expect([shown("linked"), shown("own"), shown("neither")]).toEqual([
      TEN_USD,
      2_000_000_000,
      1_000_000_000,
    ]);
    expect(policy.members["linked"]?.requestsPerMinute).toBe(7);
    expect(policy.members["neither"]?.requestsPerMinute).toBe(3);
  });
});
