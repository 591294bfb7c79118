import { exactMs, parseDuration } from "../core/duration.ts";
import type { BudgetRefusal, BudgetStanding } from "../core/ledger.ts";

/** Where Claude Code reads how much of its cap is left. */
export const MESSAGES_ROUTE = "/v1/messages";

const PREFIX = "anthropic-ratelimit-unified-";

/** Claude Code shows a notice past each of these, the higher first. */
const THRESHOLDS = [0.95, 0.75] as const;

/**
 * What an answer says of the caller's caps: the fullest of them. Without a cap, nothing. Those of
 * single models are left out: Claude Code asks several models in turn and shows one figure.
 */
export function allowedHeaders(budgets: readonly BudgetStanding[]): Record<string, string> {
  const cap = describedCap(budgets.filter((one) => one.model === null));
  if (cap === undefined) return {};
  const used = utilizationOf(cap);
  const surpassed = THRESHOLDS.find((threshold) => used >= threshold);
  const status = surpassed === undefined ? "allowed" : "allowed_warning";
  return prefixed({
    status,
    // Not `5h` or `7d`: those are rolling windows the client calculates with.
    "representative-claim": "overage",
    "overage-status": status,
    // Below 1 for as long as calls are let in.
    "overage-utilization": Math.min(Math.floor(used * 100) / 100, 0.99).toFixed(2),
    ...(surpassed !== undefined && { "overage-surpassed-threshold": String(surpassed) }),
    ...resets(cap),
  });
}

/**
 * What a refusal says. The claim and the overage's status are left out: with them Claude Code writes a
 * line of its own about the limit and drops our message.
 */
export function rejectedHeaders(refusal: BudgetRefusal): Record<string, string> {
  const period = periodOf(refusal.duration);
  const isShared = refusal.scope !== "key" && refusal.scope !== "user";
  return prefixed({
    status: "rejected",
    ...resets(refusal),
    "overage-utilization": "1",
    "overage-surpassed-threshold": "1",
    ...(period !== undefined && { "overage-period": period }),
    "overage-disabled-reason": "org_spend_cap_reached",
    ...(isShared && period === "monthly" && { "overage-scope": "group_pool" }),
  });
}

/** The fullest cap; of those that are full, the one that resets last. */
export function describedCap(budgets: readonly BudgetStanding[]): BudgetStanding | undefined {
  const full = budgets.filter((one) => one.spentNanoUsd >= one.limitNanoUsd);
  if (full.length > 0) {
    return full.toSorted((a, b) => (resetOf(b) === resetOf(a) ? 0 : resetOf(b) - resetOf(a)))[0];
  }
  return budgets.toSorted((a, b) => utilizationOf(b) - utilizationOf(a))[0];
}

/** A fraction; of a cap of nothing, all is used. */
export function utilizationOf({ spentNanoUsd, limitNanoUsd }: BudgetStanding): number {
  return limitNanoUsd <= 0 ? 1 : spentNanoUsd / limitNanoUsd;
}

/** The client knows three; others are told as the next longer one. A cap for life has none. */
export function periodOf(duration: string | null): "daily" | "weekly" | "monthly" | undefined {
  const parsed = duration === null ? undefined : parseDuration(duration);
  if (parsed === undefined) return undefined;
  const lengthMs = exactMs(parsed) ?? Infinity;
  if (lengthMs <= 86_400_000) return "daily";
  return lengthMs <= 7 * 86_400_000 ? "weekly" : "monthly";
}

function resetOf({ resetAtMs }: BudgetStanding): number {
  return resetAtMs ?? Infinity;
}

function resets({ resetAtMs }: Pick<BudgetStanding, "resetAtMs">): Record<string, string> {
  if (resetAtMs === null) return {};
  const atSeconds = String(Math.ceil(resetAtMs / 1_000));
  return { reset: atSeconds, "overage-reset": atSeconds };
}

function prefixed(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [PREFIX + name, value]));
}
