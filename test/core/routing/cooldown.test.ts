import { describe, expect, it } from "vitest";
import type { FailureCategory } from "../../../src/core/failure.ts";
import type { GroupRules } from "../../../src/core/routing/choice.ts";
import { emptyPool, nextAtMs, renew, stateOf } from "../../../src/core/routing/state.ts";
import { deployment, driver, group, type Chosen } from "./sample.ts";

/** A pool whose deployment `a` is the one that fails; `b` is there so that it is a choice. */
function pooled(fields: Partial<GroupRules> = {}, ids = ["a", "b"]) {
  const state = emptyPool();
  const pool = driver(state, group(ids, { strategy: "simple-shuffle", ...fields }));
  const goTo = (id: string, nowMs: number): Chosen => {
    const chosen = pool.go(nowMs, { eligible: [id] });
    if (chosen === undefined) throw new Error(`${id} is not to be had`);
    return chosen;
  };
  const restsUntilMs = () => stateOf(state, "a").rest?.untilMs;
  return { ...pool, state, goTo, restsUntilMs };
}

describe("a deployment rests", () => {
  const atOnce: FailureCategory[] = [
    "rate-limit",
    "overloaded",
    "quota",
    "credential",
    "permission",
    "not-found",
    "timeout",
  ];
  it.each(atOnce)("at once after %s", (category) => {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), category, 100);
    expect(pool.restsUntilMs()).toBe(5_100);
    expect(pool.look(5_099, { eligible: ["a"] })).toEqual({ kind: "full", againAtMs: 5_100 });
  });

  const never: FailureCategory[] = [
    "context-length",
    "content-policy",
    "invalid-request",
    "too-large",
  ];
  it.each(never)("never after %s, which is the caller's", (category) => {
    const pool = pooled({ allowedFails: 0 });
    for (let call = 0; call < 20; call += 1) pool.fail(pool.goTo("a", call), category, call);
    expect(pool.restsUntilMs()).toBeUndefined();
  });

  it("for as long as the vendor says, up to a minute", () => {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), "rate-limit", 0, 700);
    expect(pool.restsUntilMs()).toBe(700);
    pool.fail(pool.goTo("a", 800), "rate-limit", 800, 3_600_000);
    expect(pool.restsUntilMs()).toBe(60_800);
  });

  it("for as long as the operator says, however long", () => {
    const pool = pooled({ cooldownMs: 300_000 });
    pool.fail(pool.goTo("a", 0), "timeout", 0);
    expect(pool.restsUntilMs()).toBe(300_000);
  });

  it("when more than half of the minute's calls failed, and not for its only one", () => {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), "server-error", 0);
    expect(pool.restsUntilMs()).toBeUndefined();
    pool.answer(pool.goTo("a", 1), 2);
    expect(pool.restsUntilMs()).toBeUndefined();
    pool.fail(pool.goTo("a", 3), "server-error", 4);
    expect(pool.restsUntilMs()).toBe(5_004);
  });

  it("after more failures than are allowed, of any kind or of one", () => {
    const pool = pooled({ allowedFails: 2, allowedFailsByCategory: { timeout: 3 } });
    for (const nowMs of [0, 1]) pool.fail(pool.goTo("a", nowMs), "rate-limit", nowMs);
    pool.fail(pool.goTo("a", 2), "timeout", 2);
    expect(pool.restsUntilMs()).toBeUndefined();
    pool.fail(pool.goTo("a", 3), "timeout", 3);
    expect(pool.restsUntilMs()).toBe(5_003);
  });

  it("by its own rules before those of the group", () => {
    const own = deployment("a", { cooldownMs: 1_000, allowedFails: 1 });
    const pool = pooled({ deployments: [own, deployment("b")] });
    pool.fail(pool.goTo("a", 0), "server-error", 0);
    pool.fail(pool.goTo("a", 1), "server-error", 1);
    expect(pool.restsUntilMs()).toBe(1_001);
  });

  it("never where cooldowns are disabled", () => {
    const pool = pooled({ cooldownsDisabled: true });
    pool.fail(pool.goTo("a", 0), "rate-limit", 0, 9_000);
    expect(pool.restsUntilMs()).toBeUndefined();
  });

  it("never when it is alone: sparing the only one helps nobody", () => {
    const pool = pooled({}, ["a"]);
    for (const category of ["server-error", "timeout", "credential", "rate-limit"] as const) {
      pool.fail(pool.goTo("a", 0), category, 0);
    }
    expect(pool.restsUntilMs()).toBeUndefined();
    pool.fail(pool.goTo("a", 1), "rate-limit", 1, 900);
    expect(pool.restsUntilMs()).toBeUndefined();
  });

  it("no longer because of calls that began before it", () => {
    const pool = pooled();
    const [first, second] = [pool.goTo("a", 0), pool.goTo("a", 0)];
    pool.fail(first, "timeout", 1_000);
    pool.fail(second, "timeout", 4_000);
    expect(pool.restsUntilMs()).toBe(6_000);
  });
});

describe("after a rest", () => {
  function broken() {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), "timeout", 0);
    return pool;
  }

  it("exactly one call tries, until it reports", () => {
    const pool = broken();
    const tries = Array.from({ length: 50 }, () => pool.go(5_000, { eligible: ["a"] }));
    expect(tries.filter((one) => one !== undefined)).toHaveLength(1);
    const [probe] = tries;
    expect(probe).toMatchObject({ reason: "probe" });
    expect(pool.go(60_000, { eligible: ["a"] })).toBeUndefined();
    if (probe !== undefined) pool.answer(probe, 61_000);
    for (let call = 0; call < 10; call += 1) {
      expect(pool.go(61_000, { eligible: ["a"] })).toMatchObject({ reason: "strategy" });
    }
  });

  it("is over for all when the one that tries begins to be answered, though it may take an hour", () => {
    const pool = broken();
    const probe = pool.goTo("a", 5_000);
    const { ticket } = probe;
    const callId = ticket.split("/")[0] ?? "";
    renew(pool.state, { callId, group: "m" }, 5_100);
    expect(pool.go(5_101, { eligible: ["a"] })).toBeUndefined();
    renew(pool.state, { callId, group: "m", answering: ticket }, 5_200);
    expect(pool.goTo("a", 5_201).reason).toBe("strategy");
  });

  it("what is answered to a call from before it proves nothing", () => {
    const pool = pooled();
    const old = pool.goTo("a", 0);
    pool.fail(pool.goTo("a", 0), "timeout", 1);
    const callId = old.ticket.split("/")[0] ?? "";
    renew(pool.state, { callId, group: "m", answering: old.ticket }, 2);
    expect(pool.restsUntilMs()).toBe(5_001);
  });

  it("a failed try is a rest again, whatever is allowed", () => {
    const pool = broken();
    const probe = pool.goTo("a", 5_000);
    pool.fail(probe, "server-error", 6_000);
    expect(pool.restsUntilMs()).toBe(11_000);
    expect(pool.go(10_999, { eligible: ["a"] })).toBeUndefined();
    expect(pool.goTo("a", 11_000).reason).toBe("probe");
  });

  it("the next call tries when a caller took the try away", () => {
    const pool = broken();
    pool.tell(pool.goTo("a", 5_000), { kind: "abandoned" }, 5_500);
    expect(pool.goTo("a", 5_501).reason).toBe("probe");
  });

  it("a caller's own mistake proves that it works", () => {
    const pool = broken();
    pool.fail(pool.goTo("a", 5_000), "invalid-request", 5_100);
    expect(pool.goTo("a", 5_200).reason).toBe("strategy");
  });

  it("of a refusal, silence is an answer: a stream may take minutes", () => {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), "rate-limit", 0);
    expect(pool.goTo("a", 5_000).reason).toBe("probe");
    expect(pool.go(6_499, { eligible: ["a"] })).toBeUndefined();
    expect(pool.go(6_500, { eligible: ["a"] })).toBeDefined();
  });

  it("an old answer proves nothing", () => {
    const pool = pooled();
    const old = pool.goTo("a", 0);
    pool.fail(pool.goTo("a", 0), "timeout", 1);
    pool.answer(old, 4_000);
    expect(pool.restsUntilMs()).toBe(5_001);
  });

  it("the pool knows when to look again", () => {
    const pool = pooled();
    pool.fail(pool.goTo("a", 0), "timeout", 0);
    expect(nextAtMs(pool.state, 1)).toBe(5_000);
    expect(nextAtMs(pool.state, 5_000)).toBeUndefined();
  });
});
