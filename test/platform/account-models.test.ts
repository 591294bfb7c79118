import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { NO_LIMITS, NOTHING_SPENT } from "../../src/core/ledger/policy.ts";
import { budgetOf, keyPolicy, modelLimits, teamPolicy } from "../core/ledger/samples.ts";
import { accountWith, admitted, callFor, settlementOf } from "./accounts.ts";

const limits = modelLimits("gpt-4o", { budgets: budgetOf(250).budgets });

describe("a budget for one model", () => {
  it("admits exactly the calls it can pay, all at once", async () => {
    const { ledger } = await accountWith({
      limits: modelLimits("gpt-4o", { budgets: budgetOf(5_000).budgets }),
    });
    const replies = await Promise.all(Array.from({ length: 200 }, () => ledger.reserve(callFor())));
    expect(replies.filter((reply) => reply.kind === "admitted")).toHaveLength(50);
    const other = await ledger.reserve(
      callFor({ model: "o3", modelAsked: "o3", modelMeant: "o3" }),
    );
    expect(other.kind).toBe("admitted");
  });

  it("survives a restart with what was spent and what is held", async () => {
    const { ledger, object } = await accountWith({ limits });
    const settled = callFor();
    admitted(await ledger.reserve(settled));
    await ledger.settle(settlementOf(settled, 100));
    admitted(await ledger.reserve(callFor()));
    await evictDurableObject(object);
    expect(await ledger.reserve(callFor())).toMatchObject({
      refusal: { reason: "budget-in-flight", model: "gpt-4o", spentNanoUsd: 100, heldNanoUsd: 100 },
    });
  });

  it("goes on counting when its limit is changed, taken away and put back", async () => {
    const { ledger } = await accountWith({ limits });
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(call, 100));
    await ledger.putKey(keyPolicy({ limits: NO_LIMITS }), NOTHING_SPENT);
    const changed = modelLimits("gpt-4o", { budgets: budgetOf(150, "30d").budgets });
    await ledger.putKey(keyPolicy({ limits: changed }), NOTHING_SPENT);
    expect(await ledger.reserve(callFor())).toMatchObject({
      refusal: { reason: "budget", limitNanoUsd: 150, spentNanoUsd: 100 },
    });
  });

  it("leaves nothing behind when its key is deleted", async () => {
    const { ledger, object } = await accountWith({ limits, teamId: "t1" });
    await ledger.putTeam(teamPolicy(), NOTHING_SPENT);
    const call = callFor();
    admitted(await ledger.reserve(call));
    await ledger.settle(settlementOf(call, 100));
    await ledger.dropKey("k1");
    const scopes = await runInDurableObject(object, (_, state) =>
      state.storage.sql.exec("SELECT scope FROM counters").toArray(),
    );
    expect(scopes).toEqual([{ scope: "team:t1" }]);
  });
});

describe("an account of an older version", () => {
  it("meets its keys anew instead of guessing at rules they do not have", async () => {
    const { ledger, object } = await accountWith({});
    await runInDurableObject(object, (_, state) => {
      state.storage.sql.exec("UPDATE policies SET policy = json_remove(policy, '$.version')");
    });
    await evictDurableObject(object);
    expect(await ledger.reserve(callFor())).toMatchObject({ refusal: { reason: "unknown-key" } });
  });
});

describe("a crossed budget", () => {
  it("is told of once, before and after a restart", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const [softBudget = null] = budgetOf(150).budgets;
    const { ledger, object } = await accountWith({ limits: { ...NO_LIMITS, softBudget } });
    const spend = async (): Promise<void> => {
      const call = callFor();
      admitted(await ledger.reserve(call));
      await ledger.settle(settlementOf(call, 100));
    };
    for (let turn = 0; turn < 3; turn += 1) await spend();
    await evictDurableObject(object);
    await spend();
    const told = said.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);
    said.mockRestore();
    expect(told).toEqual([
      {
        event: "soft_budget_crossed",
        scope: "key",
        id: "key:k1",
        spent_nano_usd: 200,
        limit_nano_usd: 150,
      },
    ]);
  });
});

describe("a name of the key's own", () => {
  it("is answered before anything is reserved, and is told to who asks what it may use", async () => {
    const { ledger } = await accountWith({ aliases: { fast: "o3" } });
    const call = callFor({ model: "fast", modelAsked: "fast", modelMeant: "fast" });
    expect(await ledger.reserve(call)).toEqual({ kind: "aliased", model: "o3" });
    admitted(await ledger.reserve({ ...call, model: "o3", modelMeant: "o3" }));
    expect(await ledger.access("k1")).toMatchObject({
      aliases: { fast: { scope: "key", model: "o3" } },
    });
  });
});
