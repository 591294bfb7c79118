import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { nanoFromUsd } from "../../src/core/money.ts";
import { createFindings, type FoundKey } from "../../src/platform/account/known-keys.ts";
import { deleteKeyRows, insertKeyRow } from "../../src/platform/db/keys.ts";
import { insertTeamRow } from "../../src/platform/db/teams.ts";
import { NOTHING_SPENT } from "../../src/core/ledger/policy.ts";
import { keyPolicy } from "../core/ledger/samples.ts";
import { admitted, callFor, newAccount } from "./accounts.ts";
import { insertBudgetRow } from "../../src/platform/db/budgets.ts";
import { budgetRow, keyRow, teamRow } from "./db/rows.ts";

const db = drizzle(env.DB);

describe("a key the account has not met", () => {
  it("has the limits of the budgets it, its team and its member are linked to", async () => {
    const { id, ledger } = newAccount();
    const budgets = { tight: 1_000, tighter: 500, tightest: 250 };
    for (const [name, maxBudgetNanoUsd] of Object.entries(budgets)) {
      await insertBudgetRow(db, budgetRow(name, { maxBudgetNanoUsd }));
    }
    const members = [
      { role: "user" as const, user_id: "u1", user_email: null, budget_id: "tightest" },
    ];
    await insertTeamRow(db, teamRow("linked", { settings: { budget_id: "tighter" }, members }));
    const changes = { teamId: "linked", userId: "u1", settings: { budget_id: "tight" } };
    await insertKeyRow(db, keyRow("cold-linked", id, changes));
    const { key } = admitted(await ledger.reserve(callFor({ keyHash: "cold-linked" })));
    expect(key.budgets.map((one) => [one.scope, one.limitNanoUsd])).toEqual([
      ["key", 1_000],
      ["team", 500],
      ["user", 250],
    ]);
  });

  it("is found in D1 with its team, its limits and its spend", async () => {
    const { id, ledger } = newAccount();
    await insertTeamRow(db, teamRow("lab", { maxBudgetNanoUsd: 1_000 }));
    const limits = { maxBudgetNanoUsd: 500, spendNanoUsd: 350 };
    await insertKeyRow(db, keyRow("cold-1", id, { ...limits, teamId: "lab", alias: "cold" }));
    const { key } = admitted(await ledger.reserve(callFor({ keyHash: "cold-1" })));
    expect(key).toMatchObject({ alias: "cold", teamAlias: "lab", spendNanoUsd: 350 });
    expect(await ledger.reserve(callFor({ keyHash: "cold-1" }))).toMatchObject({
      refusal: { reason: "budget-in-flight", spentNanoUsd: 350, heldNanoUsd: 100 },
    });
  });

  it("is refused when D1 has not met it either", async () => {
    const { ledger } = newAccount();
    expect(await ledger.reserve(callFor({ keyHash: "nobody" }))).toEqual({
      kind: "refused",
      refusal: { reason: "unknown-key" },
    });
    expect(await ledger.access("nobody")).toMatchObject({ kind: "refused" });
  });

  it("is sent to the account it moved to", async () => {
    const { ledger } = newAccount();
    await insertKeyRow(db, keyRow("moved-1", "its-new-account"));
    expect(await ledger.reserve(callFor({ keyHash: "moved-1" }))).toEqual({
      kind: "moved",
      accountId: "its-new-account",
    });
  });

  it("is served as soon as an administrator makes it, although it was just refused", async () => {
    const { ledger } = newAccount();
    await ledger.reserve(callFor({ keyHash: "late" }));
    await ledger.putKey(keyPolicy({ hash: "late" }), NOTHING_SPENT);
    expect((await ledger.reserve(callFor({ keyHash: "late" }))).kind).toBe("admitted");
  });

  it("does not come back after it was deleted", async () => {
    const { id, ledger } = newAccount();
    await insertKeyRow(db, keyRow("gone", id));
    admitted(await ledger.reserve(callFor({ keyHash: "gone" })));
    await deleteKeyRows(db, ["gone"]);
    await ledger.dropKey("gone");
    expect((await ledger.reserve(callFor({ keyHash: "gone" }))).kind).toBe("refused");
  });

  it("of a team that is gone is refused", async () => {
    const { id, ledger } = newAccount();
    await insertKeyRow(db, keyRow("orphan", id, { teamId: "no-such-team" }));
    expect(await ledger.reserve(callFor({ keyHash: "orphan" }))).toMatchObject({
      refusal: { reason: "blocked", scope: "team", name: "no-such-team" },
    });
  });

  it("may have a budget in dollars with more digits than a float shows", async () => {
    const { id, ledger } = newAccount();
    const maxBudgetNanoUsd = nanoFromUsd(0.000_000_099);
    await insertKeyRow(db, keyRow("tiny", id, { maxBudgetNanoUsd }));
    expect((await ledger.reserve(callFor({ keyHash: "tiny" }))).kind).toBe("refused");
  });
});

describe("findings", () => {
  const absent: FoundKey = { kind: "absent" };

  it("spare D1 a key somebody keeps trying, for a moment", async () => {
    let looks = 0;
    let nowMs = 0;
    const findings = createFindings(
      async () => {
        looks += 1;
        return absent;
      },
      () => nowMs,
    );
    await Promise.all(Array.from({ length: 50 }, () => findings.find("k")));
    expect(looks).toBe(1);
    nowMs = 10_000;
    await findings.find("k");
    expect(looks).toBe(2);
  });

  it("remember a bounded number of keys", async () => {
    let looks = 0;
    const findings = createFindings(
      async () => {
        looks += 1;
        return absent;
      },
      () => 0,
    );
    for (let key = 0; key <= 1_000; key += 1) await findings.find(`k${key}`);
    await findings.find("k1000");
    expect(looks).toBe(1_001);
    await findings.find("k0");
    expect(looks).toBe(1_002);
  });

  it("never answer with what was read before an administrator's change", async () => {
    const answers: FoundKey[] = [{ kind: "elsewhere", accountId: "old" }, absent];
    const first = Promise.withResolvers<void>();
    const findings = createFindings(
      async () => {
        const answer = answers.shift() ?? absent;
        if (answer.kind === "elsewhere") await first.promise;
        return answer;
      },
      () => 0,
    );
    const finding = findings.find("k");
    findings.forget("k");
    first.resolve();
    expect(await finding).toEqual(absent);
  });

  it("look again after D1 could not be asked", async () => {
    let broken = true;
    const findings = createFindings(
      async () => {
        if (broken) throw new Error("D1 is away");
        return absent;
      },
      () => 0,
    );
    await expect(findings.find("k")).rejects.toThrow("D1 is away");
    broken = false;
    expect(await findings.find("k")).toEqual(absent);
  });
});
