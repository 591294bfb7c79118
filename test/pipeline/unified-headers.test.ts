import { describe, expect, it } from "vitest";
import type { BudgetRefusal, BudgetStanding } from "../../src/core/ledger.ts";
import { allowedHeaders, rejectedHeaders } from "../../src/pipeline/unified-headers.ts";

const RESET_MS = Date.UTC(2026, 11, 1);
const RESET_SECONDS = String(RESET_MS / 1_000);

function capAt(percent: number, changes: Partial<BudgetStanding> = {}): BudgetStanding {
  return {
    scope: "key",
    name: "svc",
    model: null,
    spentNanoUsd: percent * 10_000_000,
    limitNanoUsd: 1_000_000_000,
    duration: "30d",
    resetAtMs: RESET_MS,
    ...changes,
  };
}

const short = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace("anthropic-ratelimit-unified-", ""),
      value,
    ]),
  );

describe("what an answer says of a cap", () => {
  it.each([
    [0, "allowed", "0.00", undefined],
    [74, "allowed", "0.74", undefined],
    [75, "allowed_warning", "0.75", "0.75"],
    [94.9, "allowed_warning", "0.94", "0.75"],
    [95, "allowed_warning", "0.95", "0.95"],
    [99.9, "allowed_warning", "0.99", "0.95"],
    // Free models are answered when the money is gone.
    [100, "allowed_warning", "0.99", "0.95"],
  ])("used to %s percent", (percent, status, utilization, threshold) => {
    expect(short(allowedHeaders([capAt(percent)]))).toEqual({
      status,
      "representative-claim": "overage",
      "overage-status": status,
      "overage-utilization": utilization,
      ...(threshold !== undefined && { "overage-surpassed-threshold": threshold }),
      reset: RESET_SECONDS,
      "overage-reset": RESET_SECONDS,
    });
  });

  it("is nothing where there is none, and no end where it has none", () => {
    expect(allowedHeaders([])).toEqual({});
    const forLife = short(allowedHeaders([capAt(10, { duration: null, resetAtMs: null })]));
    expect(forLife).not.toHaveProperty("reset");
    expect(forLife["overage-utilization"]).toBe("0.10");
  });

  it("describes the fullest of several", () => {
    const ofOneModel = capAt(90, { model: "claude" });
    const caps = [capAt(10), capAt(80, { scope: "team" }), ofOneModel, capAt(40)];
    expect(short(allowedHeaders(caps))["overage-utilization"]).toBe("0.80");
  });
});

describe("what a refusal says of a cap", () => {
  const refusal = (changes: Partial<BudgetRefusal> = {}): BudgetRefusal => ({
    ...capAt(100),
    heldNanoUsd: 0,
    neededNanoUsd: 1,
    ...changes,
  });

  it("lets the client print our sentence instead of one of its own", () => {
    expect(short(rejectedHeaders(refusal()))).toEqual({
      status: "rejected",
      reset: RESET_SECONDS,
      "overage-reset": RESET_SECONDS,
      "overage-utilization": "1",
      "overage-surpassed-threshold": "1",
      "overage-period": "monthly",
      "overage-disabled-reason": "org_spend_cap_reached",
    });
  });

  it.each([
    ["5h", "daily"],
    ["1d", "daily"],
    ["3d", "weekly"],
    ["1w", "weekly"],
    ["1mo", "monthly"],
  ])("calls a window of %s %s", (duration, period) => {
    expect(short(rejectedHeaders(refusal({ duration })))["overage-period"]).toBe(period);
  });

  it("names a pool where a group shares the budget", () => {
    expect(short(rejectedHeaders(refusal({ scope: "team" })))["overage-scope"]).toBe("group_pool");
    const daily = refusal({ scope: "team", duration: "1d" });
    expect(rejectedHeaders(daily)).not.toHaveProperty("anthropic-ratelimit-unified-overage-scope");
  });
});
