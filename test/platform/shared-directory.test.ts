import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import { openPolicy, ratesOf, type SharedName } from "../../src/core/ledger/shared/terms.ts";
import { budgets, customers, tags } from "../../src/platform/db/schema/budgets.ts";
import { organizations } from "../../src/platform/db/schema/organizations.ts";
import { createSharedDirectory } from "../../src/platform/shared-directory.ts";
import { BARE_ROW } from "./bare-row.ts";

const db = drizzle(env.DB);
const NONE = { requestsPerMinute: null, tokensPerMinute: null, parallel: null };

beforeAll(async () => {
  const limits = { rpmLimit: 5, tpmLimit: 700, maxParallelRequests: 3 };
  await db.insert(budgets).values([
    { ...BARE_ROW, id: "rated", ...limits },
    { ...BARE_ROW, id: "paid", maxBudgetNanoUsd: 100, rpmLimit: 9 },
  ]);
  await db.insert(organizations).values({ ...BARE_ROW, id: "linked", budgetId: "rated" });
  await db.insert(tags).values({ ...BARE_ROW, name: "own", rpmLimit: 1, budgetId: "rated" });
  await db.insert(customers).values([
    { ...BARE_ROW, id: "slow", rpmLimit: 1 },
    { ...BARE_ROW, id: "rich", maxBudgetNanoUsd: 500 },
    { ...BARE_ROW, id: "plain" },
  ]);
});

describe("rates of a party", () => {
  it.each<[SharedName, object]>([
    [
      { kind: "organization", id: "linked" },
      { requestsPerMinute: 5, tokensPerMinute: 700, parallel: 3 },
    ],
    [
      { kind: "tag", id: "own" },
      { requestsPerMinute: 1, tokensPerMinute: 700, parallel: 3 },
    ],
    [
      { kind: "end_user", id: "slow" },
      { ...NONE, requestsPerMinute: 1 },
    ],
    [{ kind: "end_user", id: "plain" }, NONE],
  ])("of %j are its own, else those of the budget it is linked to", async (name, rates) => {
    const found = await directoryWith(undefined).find(name);
    expect(ratesOf(found?.policy ?? openPolicy(name))).toEqual(rates);
  });
});

describe("rates of the default budget", () => {
  it.each([
    ["a stranger", "stranger", 9],
    ["a customer without limits", "plain", 9],
    ["a customer with rates", "slow", 1],
    ["a customer with a budget of their own", "rich", null],
  ])("bind %s as far as they have none", async (_, id, requestsPerMinute) => {
    const found = await directoryWith("paid").find({ kind: "end_user", id });
    expect(found && ratesOf(found.policy)).toEqual({ ...NONE, requestsPerMinute });
  });

  it("need no money beside them, and go when the default goes", async () => {
    const name = { kind: "end_user", id: "stranger" } as const;
    const found = await directoryWith("rated").find(name);
    expect(found?.policy).toMatchObject({ budget: null, isDefault: true });
    const policy = found?.policy ?? openPolicy(name);
    expect(await directoryWith(undefined).complete(policy)).toEqual(openPolicy(name));
    expect(ratesOf(await directoryWith("paid").complete(policy)).requestsPerMinute).toBe(9);
  });
});

function directoryWith(endUserBudgetId: string | undefined) {
  return createSharedDirectory(env.DB, { global: undefined, endUserBudgetId });
}
