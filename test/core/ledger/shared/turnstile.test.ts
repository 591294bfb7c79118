import { describe, expect, it } from "vitest";
import { countInWindow } from "../../../../src/core/ledger/rate-window.ts";
import {
  createTurnstile,
  enter,
  leave,
  locate,
  peek,
  silentCalls,
  type Entry,
  type Turnstile,
} from "../../../../src/core/ledger/shared/turnstile.ts";
import { createRandom, type Random } from "../random.ts";
import { T } from "../samples.ts";
import {
  createTurnstileWorld,
  ratedPolicy,
  restored,
  type TurnstileWorld,
} from "./turnstile-world.ts";

const SCHEDULES = 40;
const STEPS = 1_500;

describe("any schedule of calls, losses, repetitions and crashes", () => {
  it("lets no more in than every limit allows, and keeps nothing when all is over", () => {
    const seen = { entered: 0, moved: 0, refused: 0 };
    for (let seed = 1; seed <= SCHEDULES; seed += 1) {
      const random = createRandom(seed);
      const limits = {
        requestsPerMinute: 5 + random.below(40),
        tokensPerMinute: 2_000 + random.below(8_000),
        parallel: 2 + random.below(12),
      };
      const world = createTurnstileWorld(random, 2 + random.below(4), ratedPolicy(limits));
      for (let step = 0; step < STEPS; step += 1) {
        oneStep(world, random);
        const { calls, tokens } = world.open();
        const used = tokens + settledTokens(world);
        insist(calls <= limits.parallel, `seed ${seed}, step ${step}: ${calls} in flight`);
        insist(used <= limits.tokensPerMinute, `seed ${seed}, step ${step}: ${used} tokens`);
      }
      const fullest = mostInAMinute(world.seen.enteredAtMs);
      expect(fullest, `seed ${seed}`).toBeLessThanOrEqual(limits.requestsPerMinute);
      seen.entered += world.seen.enteredAtMs.length;
      seen.moved += world.seen.moved;
      seen.refused += world.seen.refused;
      world.settleDown();
      expectEmpty(world.turnstile(), world.clock.nowMs);
    }
    // A turnstile that refuses everybody, or nobody, would not be tried by this.
    expect(seen.entered).toBeGreaterThan(SCHEDULES * 100);
    expect(seen.moved).toBeGreaterThan(SCHEDULES * 5);
    expect(seen.refused).toBeGreaterThan(SCHEDULES * 20);
  }, 60_000);
});

describe("a turnstile", () => {
  const policy = ratedPolicy({ requestsPerMinute: 2, tokensPerMinute: 100, parallel: 2 });

  it("counts together what several accounts do, and says whose limit it was", () => {
    const turnstile = createTurnstile();
    expect(enter(turnstile, policy, entry("a", "1"), T)).toMatchObject({
      kind: "entered",
      limits: [
        { scope: "organization", unit: "requests", limit: 2, remaining: 1 },
        { unit: "tokens", limit: 100, remaining: 90 },
        { unit: "parallel", limit: 2, remaining: 1 },
      ],
    });
    expect(enter(turnstile, policy, entry("b", "1"), T + 500).kind).toBe("entered");
    expect(enter(turnstile, policy, entry("a", "2"), T + 1_000)).toEqual({
      kind: "refused",
      refusal: {
        reason: "rate-limit",
        name: "Acme",
        limit: {
          scope: "organization",
          model: null,
          unit: "requests",
          limit: 2,
          remaining: 0,
          resetMs: 60_000,
        },
      },
    });
  });

  it("counts tokens by the bound while a call runs, and by what was used for the minute after", () => {
    const only = ratedPolicy({ tokensPerMinute: 100 });
    const turnstile = createTurnstile();
    enter(turnstile, only, entry("a", "1", 90), T);
    expect(enter(turnstile, only, entry("b", "2", 20), T).kind).toBe("refused");
    leave(turnstile, "a", { kind: "ended", callId: "1", atMs: T, tokens: 30 }, T);
    expect(enter(turnstile, only, entry("b", "3", 70), T).kind).toBe("entered");
    expect(enter(turnstile, only, entry("a", "4", 1), T).kind).toBe("refused");
    expect(enter(turnstile, only, entry("a", "5", 30), T + 61_000).kind).toBe("entered");
  });

  it("lets a call in that is larger than the whole limit, when nothing else is counted", () => {
    const only = ratedPolicy({ tokensPerMinute: 100 });
    const turnstile = createTurnstile();
    expect(enter(turnstile, only, entry("a", "1", 500), T).kind).toBe("entered");
    expect(enter(turnstile, only, entry("b", "2", 1), T).kind).toBe("refused");
  });

  it("takes back a call that was let in and not made", () => {
    const turnstile = createTurnstile();
    enter(turnstile, policy, entry("a", "1"), T);
    leave(turnstile, "a", { kind: "unused", callId: "1", ticket: "ticket 1" }, T + 500);
    expectEmpty(turnstile, T + 500);
  });

  it("asks no second request and place of a call that goes on as another", () => {
    const turnstile = createTurnstile();
    enter(turnstile, policy, entry("a", "1"), T);
    enter(turnstile, policy, entry("b", "2"), T);
    expect(enter(turnstile, policy, { ...entry("a", "1", 85), ticket: "next" }, T).kind).toBe(
      "entered",
    );
    expect(turnstile.counters).toMatchObject({ inFlight: 2, heldTokens: 95 });
    expect(enter(turnstile, policy, { ...entry("a", "1", 95), ticket: "last" }, T)).toMatchObject({
      refusal: { limit: { unit: "tokens", remaining: 90 } },
    });
    leave(turnstile, "a", { kind: "unused", callId: "1", ticket: "next" }, T);
    expect(turnstile.counters).toMatchObject({ inFlight: 2, heldTokens: 20 });
  });

  it("hears the same words twice as once", () => {
    const turnstile = createTurnstile();
    const end = { kind: "ended", callId: "1", atMs: T, tokens: 40 } as const;
    for (let time = 0; time < 2; time += 1) enter(turnstile, policy, entry("a", "1"), T);
    for (let time = 0; time < 2; time += 1) leave(turnstile, "a", end, T);
    enter(turnstile, policy, entry("a", "1"), T);
    expect(turnstile.counters).toMatchObject({ inFlight: 0, heldTokens: 0 });
    expect(countInWindow(turnstile.counters.requests, T)).toBe(1);
    expect(countInWindow(turnstile.counters.tokens, T)).toBe(40);
  });

  it("knows the same after a restart", () => {
    const turnstile = createTurnstile();
    enter(turnstile, policy, entry("a", "1"), T);
    enter(turnstile, policy, entry("a", "2"), T + 1_000);
    leave(turnstile, "a", { kind: "ended", callId: "2", atMs: T + 2_000, tokens: 7 }, T + 2_000);
    expect(restored(turnstile)).toEqual(turnstile);
  });

  it("asks what became of a call that is silent for too long, and believes the answer", () => {
    const turnstile = createTurnstile();
    enter(turnstile, policy, entry("a", "1"), T);
    enter(turnstile, policy, entry("a", "2"), T);
    expect(silentCalls(turnstile, T + 99_999)).toEqual([]);
    const nowMs = T + 100_000;
    const [first, second] = silentCalls(turnstile, nowMs);
    if (first === undefined || second === undefined) throw new Error("nobody is asked about");
    locate(turnstile, first, { kind: "open", ticket: "ticket 1", askAtMs: nowMs + 5_000 }, nowMs);
    locate(turnstile, second, { kind: "unknown" }, nowMs);
    expect(turnstile.counters).toMatchObject({ inFlight: 1, heldTokens: 10 });
    expect(silentCalls(turnstile, nowMs)).toEqual([]);
  });

  it("shows what it would say and changes nothing", () => {
    const turnstile = createTurnstile();
    enter(turnstile, policy, entry("a", "1"), T);
    const before = JSON.stringify([turnstile.counters, [...turnstile.calls]]);
    expect(peek(turnstile, policy, 90, T).refusal).toBeUndefined();
    expect(peek(turnstile, policy, 91, T)).toMatchObject({
      limits: [{ remaining: 1 }, { remaining: 90 }, { remaining: 1 }],
      refusal: { reason: "rate-limit", limit: { unit: "tokens" } },
    });
    expect(JSON.stringify([turnstile.counters, [...turnstile.calls]])).toBe(before);
  });
});

function entry(accountId: string, callId: string, tokens = 10): Entry {
  return { accountId, callId, ticket: `ticket ${callId}`, tokens, askAtMs: T + 100_000 };
}

function oneStep(world: TurnstileWorld, random: Random): void {
  world.clock.nowMs += random.chance(0.01) ? random.below(120_000) : random.below(1_500);
  const accountId = random.pick(world.accountIds) ?? "a0";
  if (random.chance(0.5)) world.call(accountId, 1 + random.below(600));
  if (random.chance(0.2)) world.amend(accountId, 1 + random.below(600));
  if (random.chance(0.3)) world.settle(accountId);
  for (let event = 0; event < 3; event += 1) world.deliver();
  if (random.chance(0.05)) world.lose();
  if (random.chance(0.05)) world.repeat();
  if (random.chance(0.02)) world.crash(accountId);
  if (random.chance(0.02)) world.restart();
  if (random.chance(0.1)) world.askSilent();
  if (random.chance(0.05)) world.tidy();
  world.giveUpLate();
}

function settledTokens({ seen, clock }: TurnstileWorld): number {
  const recent = seen.ended.filter((one) => one.atMs > clock.nowMs - 60_000);
  return recent.reduce((sum, one) => sum + one.tokens, 0);
}

function mostInAMinute(atMs: readonly number[]): number {
  const sorted = atMs.toSorted((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map((end, at) => sorted.slice(0, at + 1).filter((one) => one > end - 60_000).length),
  );
}

function expectEmpty({ counters, calls }: Turnstile, nowMs: number): void {
  expect(counters).toMatchObject({ inFlight: 0, heldTokens: 0 });
  expect(countInWindow(counters.requests, nowMs)).toBe(0);
  expect(countInWindow(counters.tokens, nowMs)).toBe(0);
  expect([...calls.keys()]).toEqual([]);
}

/** `expect` on every step would take longer than the steps. */
function insist(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}
