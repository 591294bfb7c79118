import { describe, expect, it } from "vitest";
import { load, loaded, problemsOf } from "./sample.ts";

const withParams = (params: object) => ({
  litellm_settings: { default_internal_user_params: params },
});

describe("default_internal_user_params", () => {
  it("are read with their teams, written either way", () => {
    const raw = withParams({
      user_role: "internal_user",
      max_budget: 10,
      budget_duration: "30d",
      models: ["small"],
      teams: ["one", { team_id: "two", user_role: "admin", max_budget_in_team: 5 }],
      available_teams: ["three"],
    });
    expect(loaded(raw).settings.newUsers).toMatchObject({
      role: "internal_user",
      maxBudgetUsd: 10,
      budgetDuration: "30d",
      models: ["small"],
      teams: [
        { teamId: "one", role: "user", maxBudgetUsd: undefined },
        { teamId: "two", role: "admin", maxBudgetUsd: 5 },
      ],
      availableTeams: ["three"],
    });
  });

  it("are refused where they make no sense, and named where they have no effect", () => {
    expect(problemsOf(withParams({ user_role: "proxy_admin" }))).toEqual([
      "litellm_settings.default_internal_user_params.user_role: must be internal_user or internal_user_viewer",
    ]);
    expect(problemsOf(withParams({ budget_duration: "soon" }))).toHaveLength(1);
    const result = load(withParams({ favourite_colour: "blue" }));
    expect(JSON.stringify(result)).toContain("default_internal_user_params.favourite_colour");
  });
});
