import { describe, expect, it } from "vitest";
import {
  changePolicy,
  createLender,
  hear,
  resetLender,
  type LenderState,
} from "../../../../src/core/ledger/shared/lender.ts";
import { takeSharedCrossings } from "../../../../src/core/ledger/shared/warnings.ts";
import { T } from "../samples.ts";
import { sharedPolicy } from "./world.ts";

const DAY_MS = 86_400_000;
const NAME = { kind: "organization", id: "acme" } as const;

let said = 0;

/** This account says it has spent so much; which marks does that cross? */
function marksOf(state: LenderState, accountId: string, spentNanoUsd: number, nowMs = T) {
  said += 1;
  const { window } = state;
  const figures = { spentNanoUsd, keepNanoUsd: spentNanoUsd, wantNanoUsd: 0 };
  hear(state, { accountId, name: NAME, number: said, window, ...figures }, nowMs, "UTC");
  return takeSharedCrossings(state).map((crossing) => crossing.mark);
}

describe("a budget that accounts share", () => {
  it("is told of once at each mark, when all of them together have passed it", () => {
    const state = createLender(sharedPolicy(1_000, "30d"), 0, T, "UTC");
    expect(marksOf(state, "a", 500)).toEqual([]);
    expect(marksOf(state, "b", 299)).toEqual([]);
    expect(marksOf(state, "b", 300)).toEqual(["80"]);
    expect(marksOf(state, "b", 450)).toEqual([]);
    expect(marksOf(state, "a", 550)).toEqual(["100"]);
    expect(marksOf(state, "a", 560)).toEqual([]);
  });

  it("says whose it is and what was spent of how much", () => {
    const state = createLender(sharedPolicy(1_000, "30d"), 800, T, "UTC");
    expect(takeSharedCrossings(state)).toEqual([
      {
        mark: "80",
        id: "organization:acme",
        scope: "organization",
        name: "Acme",
        model: null,
        spentNanoUsd: 800,
        limitNanoUsd: 1_000,
        duration: "30d",
        resetAtMs: state.window.endMs,
      },
    ]);
  });

  it("has a soft mark of its own", () => {
    const softBudget = { limitNanoUsd: 300, duration: "30d", anchorMs: T };
    const state = createLender({ ...sharedPolicy(1_000, "30d"), softBudget }, 0, T, "UTC");
    expect(marksOf(state, "a", 300)).toEqual(["soft"]);
    expect(marksOf(state, "a", 1_000)).toEqual(["80", "100"]);
  });

  it("is told of anew in the next window, after a reset, and at another limit", () => {
    const state = createLender(sharedPolicy(1_000, "30d"), 0, T, "UTC");
    expect(marksOf(state, "a", 900)).toEqual(["80"]);
    changePolicy(state, sharedPolicy(1_100, "30d"), 0, T, "UTC");
    expect(takeSharedCrossings(state).map((one) => one.mark)).toEqual(["80"]);
    resetLender(state, 0);
    expect(marksOf(state, "a", 900)).toEqual(["80"]);
    const laterMs = T + 31 * DAY_MS;
    marksOf(state, "a", 0, laterMs);
    expect(marksOf(state, "a", 900, laterMs)).toEqual(["80"]);
  });

  it("is told of never where there is none, or nothing may be spent", () => {
    const unlimited = createLender({ ...sharedPolicy(1), budget: null }, 500, T, "UTC");
    expect(takeSharedCrossings(unlimited)).toEqual([]);
    expect(takeSharedCrossings(createLender(sharedPolicy(0), 0, T, "UTC"))).toEqual([]);
  });
});
