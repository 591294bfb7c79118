import { describe, expect, it } from "vitest";
import {
  changePolicy,
  createLender,
  freeNanoUsd,
  hear,
  lend,
  lenderStanding,
  resetLender,
  roll,
  termsFor,
  type LenderState,
} from "../../../../src/core/ledger/shared/lender.ts";
import type { Statement } from "../../../../src/core/ledger/shared/terms.ts";
import { T } from "../samples.ts";
import { sharedPolicy } from "./world.ts";

const DAY_MS = 86_400_000;

function lenderOf(limitNanoUsd: number, duration: string | null = null): LenderState {
  return createLender(sharedPolicy(limitNanoUsd, duration), 0, T, "UTC");
}

let said = 0;

function say(state: LenderState, accountId: string, figures: Partial<Statement>, nowMs = T) {
  said += 1;
  const statement: Statement = {
    accountId,
    name: { kind: "organization", id: "acme" },
    number: said,
    window: state.window,
    spentNanoUsd: 0,
    keepNanoUsd: 0,
    wantNanoUsd: 0,
    ...figures,
  };
  return hear(state, statement, nowMs, "UTC");
}

describe("lending", () => {
  it("gives what is wanted and some of what is free, so that the next calls need not ask", () => {
    const state = lenderOf(100_000);
    say(state, "a", {});
    expect(lend(state, "a", 100)).toBe(100 + 10_000);
    say(state, "b", {});
    expect(lend(state, "b", 1_000)).toBe(1_000 + Math.floor(88_900 / 4));
  });

  it("gives what there is when it is less than wanted", () => {
    const state = lenderOf(1_000);
    say(state, "a", { keepNanoUsd: 900, spentNanoUsd: 900 });
    say(state, "b", {});
    expect(lend(state, "b", 500)).toBe(100);
    expect(freeNanoUsd(state)).toBe(0);
  });

  it("never takes away what an account says it has spent and holds, even beyond the limit", () => {
    const state = lenderOf(1_000);
    say(state, "a", { keepNanoUsd: 1_500, spentNanoUsd: 1_200 });
    expect(lend(state, "a", 100)).toBe(1_500);
    expect(lenderStanding(state)).toMatchObject({ spentNanoUsd: 1_200, heldNanoUsd: 300 });
  });

  it("tells each account what the others have spent", () => {
    const state = lenderOf(1_000);
    say(state, "a", { keepNanoUsd: 300, spentNanoUsd: 200 });
    say(state, "b", { keepNanoUsd: 50, spentNanoUsd: 50 });
    expect(termsFor(state, "a").othersSpentNanoUsd).toBe(50);
    expect(termsFor(state, "new").othersSpentNanoUsd).toBe(250);
  });
});

describe("a statement", () => {
  it("older than one that was heard changes nothing", () => {
    const state = lenderOf(1_000);
    say(state, "a", { number: 1_000_002, keepNanoUsd: 10 });
    expect(say(state, "a", { number: 1_000_001, keepNanoUsd: 500 })).toBe("stale");
    expect(freeNanoUsd(state)).toBe(990);
  });

  it("of less spend than was stated before leaves the rest on the books", () => {
    const state = lenderOf(1_000);
    say(state, "a", { keepNanoUsd: 300, spentNanoUsd: 300 });
    say(state, "a", { keepNanoUsd: 0, spentNanoUsd: 0 });
    expect(lenderStanding(state).spentNanoUsd).toBe(300);
    expect(freeNanoUsd(state)).toBe(700);
  });
});

describe("a new window", () => {
  it("keeps room for what accounts may still hold from the last one", () => {
    const state = lenderOf(1_000, "1d");
    say(state, "a", { keepNanoUsd: 400, spentNanoUsd: 100 });
    roll(state, T + DAY_MS, "UTC");
    expect(freeNanoUsd(state)).toBe(700);
    expect(lenderStanding(state).spentNanoUsd).toBe(0);
  });

  it("does not believe figures of the last one", () => {
    const state = lenderOf(1_000, "1d");
    const { window } = state;
    say(state, "a", { keepNanoUsd: 400, spentNanoUsd: 100 });
    const late = say(state, "a", { window, keepNanoUsd: 900, spentNanoUsd: 900 }, T + DAY_MS);
    expect(late).toBe("rolled");
    expect(freeNanoUsd(state)).toBe(700);
  });

  it("begins when the first account says so, whoever's clock is ahead", () => {
    const state = lenderOf(1_000, "1d");
    const endMs = state.window.endMs ?? 0;
    const next = { resets: 0, startMs: endMs, endMs: endMs + DAY_MS };
    say(state, "a", { keepNanoUsd: 400, spentNanoUsd: 400 });
    expect(say(state, "b", { window: next }, endMs - 5)).toBe("heard");
    expect(freeNanoUsd(state)).toBe(1_000);
  });
});

describe("a change by an administrator", () => {
  it("of the duration is no way to a second helping", () => {
    const state = lenderOf(1_000, "30d");
    say(state, "a", { keepNanoUsd: 600, spentNanoUsd: 600 });
    changePolicy(state, sharedPolicy(1_000, "1d"), 0, T, "UTC");
    expect(freeNanoUsd(state)).toBe(400);
  });

  it("of the spend counts from the new figure and keeps what calls hold", () => {
    const state = lenderOf(1_000, "1d");
    const before = state.window;
    say(state, "a", { keepNanoUsd: 600, spentNanoUsd: 500 });
    resetLender(state, 50);
    expect(lenderStanding(state)).toMatchObject({ spentNanoUsd: 50, heldNanoUsd: 100 });
    expect(say(state, "a", { window: before, keepNanoUsd: 600, spentNanoUsd: 500 })).toBe("rolled");
    expect(freeNanoUsd(state)).toBe(850);
  });

  it("that sets the first limit counts what was spent without one", () => {
    const unlimited = { ...sharedPolicy(0), budget: null };
    const state = createLender(unlimited, 0, T, "UTC");
    changePolicy(state, sharedPolicy(1_000), 700, T, "UTC");
    expect(freeNanoUsd(state)).toBe(300);
  });
});
