import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { Account } from "../../src/entry/account.ts";
import { SharedBudget } from "../../src/entry/shared-budget.ts";
import { budgets, customers } from "../../src/platform/db/schema/budgets.ts";
import type { SharedPolicy } from "../../src/core/ledger/shared/terms.ts";
import type { SharedDefaults } from "../../src/platform/shared-directory.ts";
import { lenderStub } from "../../src/platform/shared-budget/stub.ts";
import { accountWith, callFor, settlementOf } from "./accounts.ts";
import { BARE_ROW } from "./bare-row.ts";

const db = drizzle(env.DB);
const DEFAULTS: SharedDefaults = { global: undefined, endUserBudgetId: "free" };

/** An account whose calls are made for this end user; each costs 100. */
async function accountFor(endUser: string) {
  const { ledger } = await accountWith({});
  return async (): Promise<string> => {
    const call = callFor({ endUser });
    const reply = await ledger.reserve(call);
    if (reply.kind !== "admitted") return reply.kind === "refused" ? reply.refusal.reason : "";
    await ledger.settle(settlementOf(call, 100));
    return "admitted";
  };
}

beforeAll(async () => {
  // What the deployed objects read from the configuration, before any of them is made.
  for (const { prototype } of [Account, SharedBudget]) {
    Object.assign(prototype, { sharedDefaults: () => DEFAULTS });
  }
  await db.insert(budgets).values({ ...BARE_ROW, id: "free", maxBudgetNanoUsd: 250 });
  await db.insert(customers).values({ ...BARE_ROW, id: "own", maxBudgetNanoUsd: 100 });
});

afterEach(() => {
  vi.useRealTimers();
});

it("gives every end user the default budget, each for themselves", async () => {
  for (const name of ["ann", "ben"]) {
    const ask = await accountFor(name);
    expect([await ask(), await ask(), await ask()]).toEqual(["admitted", "admitted", "budget"]);
  }
});

it("is one budget for a user of several accounts", async () => {
  const [here, there] = [await accountFor("cat"), await accountFor("cat")];
  expect([await here(), await there(), await here(), await there()]).toEqual([
    "admitted",
    "admitted",
    "budget",
    "budget",
  ]);
});

it("leaves alone who has a budget of their own, until they have it no more", async () => {
  const ask = await accountFor("own");
  expect([await ask(), await ask()]).toEqual(["admitted", "budget"]);
  const open: Omit<SharedPolicy, "budget"> = {
    kind: "end_user",
    id: "own",
    name: "own",
    models: [],
    blocked: false,
  };
  await lenderStub(env.SHARED_BUDGET, open).put({ ...open, budget: null }, 0);
  expect([await ask(), await ask()]).toEqual(["admitted", "budget"]);
});

it("follows the budget's row when a minute has passed", async () => {
  const ask = await accountFor("eve");
  expect([await ask(), await ask(), await ask()]).toEqual(["admitted", "admitted", "budget"]);
  await db.update(budgets).set({ maxBudgetNanoUsd: 350 });
  expect(await ask()).toBe("budget");
  const name = { kind: "end_user", id: "eve" } as const;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  await lenderStub(env.SHARED_BUDGET, name).standing(name);
  vi.useRealTimers();
  expect([await ask(), await ask()]).toEqual(["admitted", "budget"]);
});

it("looks at the row by itself while an account has some of it", async () => {
  await db.update(budgets).set({ maxBudgetNanoUsd: 1_000_000 });
  const ask = await accountFor("fay");
  expect(await ask()).toBe("admitted");
  await db.update(budgets).set({ maxBudgetNanoUsd: 150 });
  const lender = env.SHARED_BUDGET.getByName("end_user:fay");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  expect(await runDurableObjectAlarm(lender)).toBe(true);
  vi.useRealTimers();
  expect(await ask()).toBe("budget");
});
