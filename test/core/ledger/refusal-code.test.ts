import { describe, expect, it } from "vitest";
import { codeOfRefusal, statusOfRefusal } from "../../../src/core/ledger/refusal-code.ts";
import type { BudgetRefusal, Refusal } from "../../../src/core/ledger.ts";
import { errorOfRefusal } from "../../../src/pipeline/refusals.ts";
import { T } from "./samples.ts";

const BUDGET: BudgetRefusal = {
  scope: "key",
  name: "k",
  model: null,
  spentNanoUsd: 9,
  heldNanoUsd: 0,
  limitNanoUsd: 9,
  duration: null,
  neededNanoUsd: 1,
  resetAtMs: null,
};

const REFUSALS: Refusal[] = [
  { reason: "unknown-key" },
  { reason: "expired", expiredAtMs: T },
  { reason: "blocked", scope: "team", name: "t" },
  { reason: "model-denied", scope: "key", allowed: [] },
  { reason: "route-denied", route: "/v1/messages", allowed: [] },
  { reason: "address-denied", requesterIp: null },
  { reason: "parameter-missing", scope: "key", parameter: "user" },
  {
    reason: "rate-limit",
    name: "k",
    limit: { scope: "key", model: null, unit: "requests", limit: 1, remaining: 0, resetMs: 1 },
  },
  { reason: "budget", ...BUDGET },
  { reason: "budget-in-flight", ...BUDGET },
];

describe.each(REFUSALS)("a refusal for $reason", (refusal) => {
  it.each([
    { route: "/v1/messages", legacyStatuses: false },
    { route: "/v1/messages", legacyStatuses: true },
    { route: "/v1/chat/completions", legacyStatuses: false },
    { route: "/v1/chat/completions", legacyStatuses: true },
  ])("is recorded as the caller is told (%o)", (asked) => {
    const error = errorOfRefusal(refusal, { model: "m", nowMs: T, ...asked });
    expect(codeOfRefusal(refusal)).toBe(error.code);
    expect(statusOfRefusal(refusal, asked)).toBe(error.row.status);
  });
});
