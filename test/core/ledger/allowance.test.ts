import { expect, it } from "vitest";
import { createAllowance, takeOne } from "../../../src/core/ledger/allowance.ts";
import { T } from "./samples.ts";

const TERMS = { perSecond: 20, burst: 100 };

function taken(allowance: ReturnType<typeof createAllowance>, attempts: number, nowMs: number) {
  let count = 0;
  for (let at = 0; at < attempts; at += 1) if (takeOne(allowance, TERMS, nowMs)) count += 1;
  return count;
}

it("lets a burst pass, then so many a second, and never gathers more than a burst", () => {
  const allowance = createAllowance(TERMS, T);
  expect(taken(allowance, 500, T)).toBe(100);
  expect(taken(allowance, 500, T + 49)).toBe(0);
  expect(taken(allowance, 500, T + 50)).toBe(1);
  expect(taken(allowance, 500, T + 1_050)).toBe(20);
  expect(taken(allowance, 500, T + 3_600_000)).toBe(100);
});

it("neither gives nor takes for a clock that went back", () => {
  const allowance = createAllowance(TERMS, T);
  taken(allowance, 99, T);
  expect(taken(allowance, 5, T - 10_000)).toBe(1);
});
