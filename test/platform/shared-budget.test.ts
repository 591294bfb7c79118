import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, it } from "vitest";
import type { SharedPolicy } from "../../src/core/ledger/shared/terms.ts";
import type { ReserveReply } from "../../src/core/ledger.ts";
import { customers } from "../../src/platform/db/schema/budgets.ts";
import { organizations } from "../../src/platform/db/schema/organizations.ts";
import type { Account } from "../../src/platform/account.ts";
import type { SharedBudget } from "../../src/platform/shared-budget.ts";
import { accountStub } from "../../src/platform/account/stub.ts";
import { lenderStub } from "../../src/platform/shared-budget/stub.ts";
import { accountWith, admitted, callFor, settlementOf } from "./accounts.ts";
import { BARE_ROW } from "./bare-row.ts";

const db = drizzle(env.DB);

type Member = Awaited<ReturnType<typeof accountWith>>;

let made = 0;

/** An organization that may spend so much, and accounts whose key belongs to it. */
async function organizationOf(accounts: number, limitNanoUsd: number) {
  made += 1;
  // Work of an earlier file may still be on its way into the same database.
  const id = `org-${made}-${crypto.randomUUID()}`;
  const policy: SharedPolicy = {
    kind: "organization",
    id,
    name: `Acme ${made}`,
    budget: { limitNanoUsd, duration: "30d", anchorMs: 0 },
    models: [],
    blocked: false,
  };
  const row = { id, alias: policy.name, maxBudgetNanoUsd: limitNanoUsd, budgetDuration: "30d" };
  await db.insert(organizations).values({ ...BARE_ROW, ...row });
  const members: Member[] = [];
  for (let at = 0; at < accounts; at += 1) members.push(await accountWith({ organizationId: id }));
  const lender = lenderStub(env.SHARED_BUDGET, policy);
  return { id, policy, members, lender, standing: () => lender.standing(policy) };
}

function countAdmitted(replies: readonly ReserveReply[]): number {
  return replies.filter((reply) => reply.kind === "admitted").length;
}

beforeAll(async () => {
  await db.insert(customers).values({ ...BARE_ROW, id: "cust-9", maxBudgetNanoUsd: 250 });
});

describe("an organization's budget under parallel calls of three accounts", () => {
  it("admits the hundred calls it can pay and not one more", async () => {
    const { members, standing } = await organizationOf(3, 10_000);
    const replies = await Promise.all(
      members.flatMap(({ ledger }) =>
        Array.from({ length: 200 }, () => ledger.reserve(callFor({ waitMs: 3_000 }))),
      ),
    );
    const count = countAdmitted(replies);
    expect(count).toBeLessThanOrEqual(100);
    expect(count).toBeGreaterThanOrEqual(95);
    expect(await standing()).toMatchObject({ spentNanoUsd: 0, heldNanoUsd: count * 100 });
  });

  it("is hardly left unused when calls cost less than they hold", async () => {
    const { members, standing } = await organizationOf(3, 10_000);
    const served = await Promise.all(
      members.flatMap(({ ledger }) =>
        Array.from({ length: 200 }, async () => {
          const call = callFor({ waitMs: 20_000 });
          if ((await ledger.reserve(call)).kind !== "admitted") return 0;
          await ledger.settle(settlementOf(call, 40));
          return 40;
        }),
      ),
    );
    const spent = served.reduce<number>((sum, one) => sum + one, 0);
    expect(await standing()).toMatchObject({ spentNanoUsd: spent, heldNanoUsd: 0 });
    expect(spent).toBeLessThanOrEqual(10_000);
    expect(spent).toBeGreaterThanOrEqual(9_500);
  }, 40_000);

  it("loses nothing when objects are gone between calls", async () => {
    const { id, members, standing } = await organizationOf(3, 10_000);
    const lender = env.SHARED_BUDGET.getByName(`organization:${id}`);
    const calls = members.flatMap((member) => Array.from({ length: 50 }, () => member));
    let charged = 0;
    for (const [at, { ledger, object }] of calls.entries()) {
      const call = callFor();
      const reply = await ledger.reserve(call);
      if (reply.kind !== "admitted") continue;
      if (at % 7 === 0) await evictDurableObject(object);
      if (at % 19 === 0) await evictDurableObject(lender).catch(() => undefined);
      await ledger.settle(settlementOf(call, 100));
      charged += 100;
    }
    expect(charged).toBe(10_000);
    expect(await standing()).toMatchObject({ spentNanoUsd: 10_000, heldNanoUsd: 0 });
  }, 40_000);

  it("loses nothing when objects die in the middle of calls", async () => {
    const { id, members, standing } = await organizationOf(3, 10_000);
    const accounts = members.map((member) => member.id);
    const calling = accounts.flatMap((account) =>
      Array.from({ length: 30 }, async (_, at) => {
        await sleep(at * 20);
        await callOnce(account).catch(() => "it died under this call");
      }),
    );
    for (const account of accounts) {
      await sleep(150);
      await kill(env.ACCOUNT.getByName(account));
      await kill(env.SHARED_BUDGET.getByName(`organization:${id}`));
    }
    await Promise.all(calling);
    const { spentNanoUsd, heldNanoUsd } = await standing();
    expect(spentNanoUsd + heldNanoUsd).toBeGreaterThan(4_000);
    const own = await Promise.all(
      accounts.map((account) =>
        accountStub(env.ACCOUNT, account).standings([{ kind: "organization", id }]),
      ),
    );
    const sum = (of: "lifetimeNanoUsd" | "heldNanoUsd") =>
      own.reduce((total, [one]) => total + (one?.[of] ?? 0), 0);
    expect([sum("lifetimeNanoUsd"), sum("heldNanoUsd")]).toEqual([spentNanoUsd, heldNanoUsd]);
  }, 40_000);
});

describe("who is refused", () => {
  it("learns whose budget it was and when it is reset", async () => {
    const { members, policy } = await organizationOf(2, 250);
    const [first, second] = members;
    for (let at = 0; at < 2; at += 1) {
      const call = callFor();
      admitted((await first?.ledger.reserve(call)) ?? failed());
      await first?.ledger.settle(settlementOf(call, 100));
    }
    const reply = await second?.ledger.reserve(callFor());
    expect(reply).toMatchObject({
      kind: "refused",
      refusal: {
        reason: "budget",
        scope: "organization",
        name: policy.name,
        spentNanoUsd: 200,
        limitNanoUsd: 250,
        duration: "30d",
      },
    });
    const resetAtMs =
      reply?.kind === "refused" && "resetAtMs" in reply.refusal ? reply.refusal.resetAtMs : 0;
    expect(resetAtMs).toBeGreaterThan(Date.now());
  });

  it("is told to wait while another account's call holds the money", async () => {
    const { members } = await organizationOf(2, 150);
    const [first, second] = members;
    const call = callFor();
    admitted((await first?.ledger.reserve(call)) ?? failed());
    expect(await second?.ledger.reserve(callFor())).toMatchObject({
      refusal: { reason: "budget-in-flight", scope: "organization", heldNanoUsd: 100 },
    });
    const waiting = second?.ledger.reserve(callFor({ waitMs: 5_000 }));
    await first?.ledger.settle(settlementOf(call, 20));
    expect((await waiting)?.kind).toBe("admitted");
  });
});

describe("a change by an administrator", () => {
  it("holds for the next call of every account that borrowed", async () => {
    const { members, policy, lender } = await organizationOf(2, 10_000);
    for (const { ledger } of members) admitted(await ledger.reserve(callFor()));
    await lender.put({ ...policy, blocked: true }, 0);
    for (const { ledger } of members) {
      expect(await ledger.reserve(callFor())).toMatchObject({
        refusal: { reason: "blocked", scope: "organization", name: policy.name },
      });
    }
    await lender.put({ ...policy, models: ["o3"] }, 0);
    for (const { ledger } of members) {
      expect(await ledger.reserve(callFor())).toMatchObject({
        refusal: { reason: "model-denied", scope: "organization" },
      });
    }
  });

  it("that lowers the limit takes back what was lent", async () => {
    const { members, policy, lender } = await organizationOf(2, 10_000);
    for (const { ledger } of members) admitted(await ledger.reserve(callFor()));
    const budget = { limitNanoUsd: 300, duration: "30d", anchorMs: 0 };
    await lender.put({ ...policy, budget }, 0);
    const calls = Array.from({ length: 10 }, () => callFor());
    const replies = await Promise.all(
      members.flatMap(({ ledger }) => calls.map(() => ledger.reserve(callFor()))),
    );
    expect(countAdmitted(replies)).toBe(1);
  });

  it("that resets the spend frees the budget at once", async () => {
    const { members, policy, lender, standing } = await organizationOf(1, 100);
    const [member] = members;
    const call = callFor();
    admitted((await member?.ledger.reserve(call)) ?? failed());
    await member?.ledger.settle(settlementOf(call, 100));
    expect((await member?.ledger.reserve(callFor()))?.kind).toBe("refused");
    expect(await lender.resetSpend(policy, 0)).toMatchObject({ spentNanoUsd: 100 });
    expect((await member?.ledger.reserve(callFor()))?.kind).toBe("admitted");
    expect(await standing()).toMatchObject({ spentNanoUsd: 0, heldNanoUsd: 100 });
  });
});

describe("a slice", () => {
  it("goes back when the account uses it no longer", async () => {
    const { members, standing } = await organizationOf(1, 10_000);
    const [member] = members;
    const call = callFor();
    admitted((await member?.ledger.reserve(call)) ?? failed());
    await member?.ledger.settle(settlementOf(call, 60));
    if (member !== undefined) await runDurableObjectAlarm(member.object);
    expect(await standing()).toMatchObject({ spentNanoUsd: 60, heldNanoUsd: 0 });
  });

  it("is charged what a call nobody settled could have cost", async () => {
    const { members, standing } = await organizationOf(1, 10_000);
    const [member] = members;
    admitted((await member?.ledger.reserve(callFor({ deadlineMs: Date.now() - 1 }))) ?? failed());
    if (member !== undefined) await runDurableObjectAlarm(member.object);
    expect(await standing()).toMatchObject({ spentNanoUsd: 100, heldNanoUsd: 0 });
  });

  it("of an end user binds every key that asks for them, and nobody else", async () => {
    const accounts = [await accountWith({}), await accountWith({})];
    const replies: ReserveReply[] = [];
    for (const { ledger } of [...accounts, ...accounts]) {
      replies.push(await ledger.reserve(callFor({ endUser: "cust-9" })));
    }
    expect(countAdmitted(replies)).toBe(2);
    expect(replies.at(-1)).toMatchObject({ refusal: { scope: "end_user", name: "cust-9" } });
    const [first] = accounts;
    expect((await first?.ledger.reserve(callFor({ endUser: "cust-10" })))?.kind).toBe("admitted");
  });
});

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** With a stub of its own: one whose object died is of no use any more. */
async function callOnce(account: string): Promise<void> {
  const call = callFor();
  const reply = await accountStub(env.ACCOUNT, account).reserve(call);
  if (reply.kind !== "admitted") return;
  await accountStub(env.ACCOUNT, account).settle(settlementOf(call, 70));
}

/** At once and without a chance to tidy up. */
async function kill(object: DurableObjectStub<Account> | DurableObjectStub<SharedBudget>) {
  const dying = runInDurableObject(object, (_, state) => state.abort("killed by a test"));
  await dying.catch(() => undefined);
}

function failed(): never {
  throw new Error("there is no such account");
}
