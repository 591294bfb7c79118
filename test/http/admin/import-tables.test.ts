import { describe, expect, it } from "vitest";
import { bring, call, importing, oldKey } from "./imports.ts";

const { get } = importing;

describe("imported tables", () => {
  it("hang together: budgets, organizations, people, teams, their members and keys", async () => {
    await bring("budgets", {
      budget_id: "tier",
      max_budget: 3,
      budget_duration: "1mo",
      rpm_limit: "5",
    });
    await bring("organizations", {
      organization_id: "org",
      organization_alias: "Company",
      budget_id: "tier",
      spend: 1.5,
      models: [],
      metadata: {},
    });
    await bring("users", {
      user_id: "hanako",
      user_email: "Hanako@Example.com",
      spend: 0.25,
      teams: ["t"],
      max_budget: 1,
    });
    await bring("organization_memberships", {
      user_id: "hanako",
      organization_id: "org",
      user_role: "org_admin",
    });
    await bring("teams", {
      team_id: "t",
      team_alias: "tea",
      organization_id: "org",
      members_with_roles: [{ role: "admin", user_id: "hanako", user_email: "" }, { role: "user" }],
      spend: 2,
      max_budget: 10,
    });
    await bring("team_memberships", {
      user_id: "hanako",
      team_id: "t",
      spend: 0.75,
      budget_id: "tier",
    });
    await bring("keys", await oldKey("sk-of-hanako", { user_id: "hanako", team_id: "t" }));
    expect((await get("/team/info?team_id=t")).body).toMatchObject({
      team_info: { spend: 2, max_budget: 10, organization_id: "org", blocked: false },
      keys: [{ user_id: "hanako" }],
      team_memberships: [{ user_id: "hanako", spend: 0.75, budget_id: "tier" }],
    });
    expect((await get("/user/info?user_id=hanako")).body).toMatchObject({
      user_info: { user_email: "hanako@example.com", spend: 0.25, max_budget: 1, teams: ["t"] },
    });
    expect((await get("/organization/info?organization_id=org")).body).toMatchObject({
      organization_alias: "Company",
      spend: 1.5,
      litellm_budget_table: { max_budget: 3, rpm_limit: 5 },
      members: [{ user_id: "hanako", user_role: "org_admin" }],
    });
    // What the organization has left is what its key can be admitted for.
    const found = await call("sk-of-hanako", { inputNanoUsd: 1_500_000_001 });
    expect(await found?.account.reserve({ ...found.request, waitMs: 0 })).toMatchObject({
      refusal: { reason: "budget", scope: "organization", name: "Company" },
    });
  });

  it("take customers and tags with their spend", async () => {
    await bring("budgets", { budget_id: "free", max_budget: 1 });
    await bring("customers", {
      user_id: "acme",
      budget_id: "free",
      spend: "0.5",
      blocked: false,
      allowed_model_region: "eu",
    });
    await bring("tags", { tag_name: "batch", description: "nightly", spend: 0.1, models: [] });
    expect((await get("/customer/info?end_user_id=acme")).body).toMatchObject({
      spend: 0.5,
      allowed_model_region: "eu",
      litellm_budget_table: { max_budget: 1 },
    });
  });

  it("keep people whose address or role LiteLLM stored loosely, and tell", async () => {
    const [odd] = await bring("users", {
      user_id: "odd",
      user_email: "not an address",
      user_role: "app_user",
      password: "scrypt:…",
    });
    expect(odd).toMatchObject({
      outcome: "imported",
      notes: [
        'not an e-mail address, left out: "not an address"',
        "a role LiteLLM no longer has, left out: app_user",
        "not taken over: password",
      ],
    });
    await bring("users", { user_id: "first", user_email: "same@example.com" });
    expect(
      await bring("users", { user_id: "second", user_email: "SAME@example.com" }),
    ).toMatchObject([
      {
        outcome: "imported",
        notes: ["another person has this e-mail address, left out: same@example.com"],
      },
    ]);
  });

  it("answer in order, row by row, and file what they took in", async () => {
    const results = await bring(
      "teams",
      { team_id: "a" },
      { team_id: "b", max_budget: "a lot" },
      { team_id: "a" },
      {},
    );
    expect(results).toMatchObject([
      { id: "a", outcome: "imported" },
      { id: "b", outcome: "refused" },
      { id: "a", outcome: "refused", reason: "stands in the file twice" },
      { id: "(no team_id)", outcome: "refused" },
    ]);
    const { body } = await get("/audit?object_id=a&table_name=LiteLLM_TeamTable");
    expect(body["audit_logs"]).toMatchObject([{ action: "created", object_id: "a" }]);
  });

  it("count what a member has spent only once", async () => {
    await bring("teams", { team_id: "m", members_with_roles: [{ role: "user", user_id: "jiro" }] });
    const row = { user_id: "jiro", team_id: "m", spend: 1 };
    expect(await bring("team_memberships", row)).toMatchObject([{ outcome: "imported" }]);
    expect(await bring("team_memberships", row, { ...row, user_id: "gone" })).toMatchObject([
      { outcome: "unchanged" },
      { outcome: "unchanged", reason: "is no member of the team (any more)" },
    ]);
  });
});
