import { describe, expect, it } from "vitest";
import { emptyPool, explain } from "../../../src/core/routing/state.ts";
import { deployment, driver, group, seeded, wish } from "./sample.ts";

describe("an explanation", () => {
  it("says of every deployment why it would not be taken, and takes no place", () => {
    const rules = group([
      deployment("resting", { order: 1 }),
      deployment("full", { order: 1, requestsPerMinute: 1 }),
      deployment("best", { order: 1 }),
      deployment("spare", { order: 2 }),
      deployment("elsewhere", { order: 1 }),
    ]);
    const state = emptyPool();
    const pool = driver(state, rules);
    const resting = pool.go(0, { eligible: ["resting"] });
    if (resting !== undefined) pool.fail(resting, "credential", 0);
    const full = pool.go(0, { eligible: ["full"] });
    if (full !== undefined) pool.answer(full, 1_000, 70);
    const asked = wish(rules, { eligible: ["resting", "full", "best", "spare"] });
    const before = structuredClone(state);
    const told = explain(state, rules, asked, 2_000, seeded(1));
    expect(state).toEqual(before);
    expect(told).toMatchObject({
      strategy: "adaptive",
      choice: { kind: "chosen", deploymentId: "best", reason: "strategy" },
    });
    expect(told.deployments.map((one) => [one.id, one.excludedBy])).toEqual([
      ["resting", "resting"],
      ["full", "full"],
      ["best", null],
      ["spare", "order"],
      ["elsewhere", "not eligible"],
    ]);
    expect(told.deployments[0]).toMatchObject({ restsUntilMs: 5_000 });
    expect(told.deployments[1]).toMatchObject({
      requestsLastMinute: 1,
      tokensLastMinute: 70,
      requestsLimit: 1,
      limitSource: "configured",
    });
  });

  it("says where a limit comes from", () => {
    const rules = group(["a", "b"]);
    const state = emptyPool();
    const pool = driver(state, rules);
    const chosen = pool.go(0, { eligible: ["a"] });
    if (chosen === undefined) throw new Error("no place");
    const quota = { requestsLimit: 50, requestsRemaining: 49, requestsResetMs: 1_000 };
    pool.tell(chosen, { kind: "answered", firstTokenMs: 120, totalMs: 900 }, 900, { quota });
    const [a, b] = explain(state, rules, wish(rules), 1_000, seeded(1)).deployments;
    expect(a).toMatchObject({ requestsLimit: 50, limitSource: "learned" });
    expect(b).toMatchObject({ requestsLimit: null, limitSource: null });
  });

  it("says when there will be room again", () => {
    const rules = group([deployment("a", { requestsPerMinute: 1 })]);
    const state = emptyPool();
    driver(state, rules).go(0);
    const { choice } = explain(state, rules, wish(rules), 1_000, seeded(1));
    expect(choice).toEqual({ kind: "full", againAtMs: 61_000 });
  });
});
