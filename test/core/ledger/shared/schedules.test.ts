import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../random.ts";
import { requestFor } from "../samples.ts";
import { createWorld, SHARED_ID, sharedPolicy, type World } from "./world.ts";

const SCHEDULES = 60;
const STEPS = 1_500;

describe("any schedule of calls, losses, crashes and new windows", () => {
  it("leaves what all accounts spent and hold within the shared budget after every step", () => {
    let admitted = 0;
    for (let seed = 1; seed <= SCHEDULES; seed += 1) {
      const random = createRandom(seed);
      const duration = random.pick([null, "10m", "10m", "1d"]) ?? null;
      const limit = 5_000 + random.below(40_000);
      const world = createWorld(random, 2 + random.below(5), sharedPolicy(limit, duration));
      for (let step = 0; step < STEPS; step += 1) {
        oneStep(world, random);
        const { spentNanoUsd, heldNanoUsd } = world.total();
        // `expect` on every step would take longer than the steps.
        if (spentNanoUsd + heldNanoUsd > limit) throw new Error(`seed ${seed}, step ${step}`);
      }
      expect(lifetimeSpend(world), `seed ${seed}`).toBe(world.seen.chargedNanoUsd);
      admitted += world.seen.admitted;
    }
    // Accounts that refuse everything would also keep the budget.
    expect(admitted).toBeGreaterThan(SCHEDULES * 30);
  }, 30_000);
});

describe("a shared budget that is smaller than the demand", () => {
  it("is used to 95 % or more, and never beyond", () => {
    for (let seed = 1; seed <= SCHEDULES; seed += 1) {
      const random = createRandom(seed);
      const limit = 50_000 + random.below(200_000);
      const world = createWorld(random, 2 + random.below(8), sharedPolicy(limit));
      for (let round = 0; round < 1_000 && !isUsedUp(world, limit); round += 1)
        busyRound(world, random);
      const { spentNanoUsd, heldNanoUsd } = world.total();
      expect(spentNanoUsd, `seed ${seed}`).toBeGreaterThanOrEqual(limit * 0.95);
      expect(spentNanoUsd + heldNanoUsd, `seed ${seed}`).toBeLessThanOrEqual(limit);
    }
  }, 30_000);

  it("costs few exchanges when calls come one after another", () => {
    const random = createRandom(7);
    const world = createWorld(random, 5, sharedPolicy(100_000));
    for (let call = 0; call < 1_000; call += 1) {
      const accountId = random.pick(world.accountIds) ?? "a0";
      callAndWait(world, accountId);
      world.settle(accountId, (held) => held);
    }
    expect(world.seen.admitted).toBe(1_000);
    expect(world.seen.exchanges).toBeLessThan(100);
  });
});

describe("a lost answer", () => {
  it("is made up for by the next one", () => {
    const world = createWorld(createRandom(3), 2, sharedPolicy(1_000));
    world.call("a0", requestFor());
    world.deliver();
    world.answerOne();
    world.loseAll();
    // The lender believes that much is lent, and the account that it has nothing.
    expect(world.lender.loans.get("a0")?.grantedNanoUsd).toBe(550);
    expect(world.call("a0", requestFor())).toBe("wait");
    world.settleDown();
    expect(world.call("a0", requestFor())).toBe("admitted");
    expect(world.lender.loans.get("a0")?.grantedNanoUsd).toBe(550);
  });
});

function oneStep(world: World, random: Random): void {
  const { clock } = world;
  const jumpMs = random.pick([900_000, 40_000_000]) ?? 0;
  clock.nowMs += random.chance(0.01) ? random.below(jumpMs) : random.below(2_000);
  const accountId = random.pick(world.accountIds) ?? "a0";
  if (random.chance(0.35)) {
    world.call(
      accountId,
      requestFor({
        bound: {
          inputNanoUsd: random.below(200),
          outputPicoPerToken: random.below(5_000),
          outputTokensMax: 1 + random.below(500),
          clampable: random.chance(0.3),
          tokens: 0,
        },
        deadlineMs: clock.nowMs + random.below(2_000_000),
      }),
    );
  }
  if (random.chance(0.25)) world.settle(accountId, (held) => random.below(held + 1));
  if (random.chance(0.6)) world.deliver();
  if (random.chance(0.4)) world.answerOne();
  if (random.chance(0.02)) world.ask(accountId, 0);
  if (random.chance(0.03)) world.lose();
  if (random.chance(0.02)) world.repeat();
  if (random.chance(0.02)) world.crash();
  world.expireOverdue();
}

/** Everybody calls as often as it can; calls cost anything up to what they hold. */
function busyRound(world: World, random: Random): void {
  for (let call = 0; call < 20; call += 1) {
    world.call(random.pick(world.accountIds) ?? "a0", requestFor());
  }
  for (let event = 0; event < 30; event += 1) {
    world.deliver();
    world.answerOne();
    if (random.chance(0.5))
      world.settle(random.pick(world.accountIds) ?? "a0", (held) => random.below(held + 1));
  }
}

function isUsedUp(world: World, limit: number): boolean {
  return limit - world.total().spentNanoUsd < 100;
}

function callAndWait(world: World, accountId: string): void {
  const request = requestFor();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (world.call(accountId, request) === "admitted") return;
    world.settleDown();
  }
}

function lifetimeSpend(world: World): number {
  return world.accountIds.reduce(
    (sum, id) => sum + (world.stateOf(id).counters.get(SHARED_ID)?.spentNanoUsd ?? 0),
    0,
  );
}
