import type { BudgetStanding } from "../core/ledger.ts";
import { readGrant, visitOf } from "./check-access.ts";
import type { Deps } from "./deps.ts";
import { identify } from "./identify.ts";
import { describedCap, periodOf, utilizationOf } from "./unified-headers.ts";

/** Where Claude Code asks for what `/usage` shows. */
export const USAGE_ROUTE = "/api/oauth/usage";

/** What a key spent in the current day, week and month, in UTC. */
export interface RecentSpend {
  dayNanoUsd: number;
  weekNanoUsd: number;
  monthNanoUsd: number;
}

/** The caps of the key in these headers, as Claude Code wants to be told of them. */
export async function readUsage(
  headers: Headers,
  url: string,
  deps: Deps,
  spentBy: (keyHash: string) => Promise<RecentSpend>,
): Promise<object> {
  const caller = await identify(headers, deps, url);
  const { key } = await readGrant(caller, visitOf(headers, USAGE_ROUTE), deps);
  const described = describedCap(key.budgets);
  return described === undefined
    ? renderSpend(await spentBy(caller.keyHash))
    : renderCaps(key.budgets, described);
}

/** The cap the headers describe, and one row for each. */
function renderCaps(caps: readonly BudgetStanding[], described: BudgetStanding): object {
  return {
    extra_usage: {
      is_enabled: true,
      // Whatever its period, this is the limit's name.
      monthly_limit: centsOf(described.limitNanoUsd),
      used_credits: centsOf(described.spentNanoUsd),
      utilization: percentOf(described),
      currency: "USD",
    },
    limits: caps.map((cap) => ({
      kind: "spend",
      group: periodOf(cap.duration) ?? "monthly",
      percent: percentOf(cap),
      resets_at: resetOf(cap),
      severity: "normal",
      is_active: cap === described,
    })),
  };
}

/** Without a cap, a limit of 0 would be one of nothing. Clients show all three sums or none. */
function renderSpend({ dayNanoUsd, weekNanoUsd, monthNanoUsd }: RecentSpend): object {
  const uncapped = (nanoUsd: number) => ({
    limit: null,
    used_credits: centsOf(nanoUsd),
    utilization: null,
  });
  return {
    extra_usage: {
      is_enabled: true,
      monthly_limit: null,
      used_credits: centsOf(monthNanoUsd),
      utilization: null,
      currency: "USD",
      daily: uncapped(dayNanoUsd),
      weekly: uncapped(weekNanoUsd),
    },
    limits: [],
  };
}

/** To the second of the headers' `overage-reset`, or clients do not pair the two. */
function resetOf({ resetAtMs }: BudgetStanding): string | null {
  return resetAtMs === null ? null : new Date(Math.ceil(resetAtMs / 1_000) * 1_000).toISOString();
}

function centsOf(nanoUsd: number): number {
  return Math.round(nanoUsd / 10_000_000);
}

function percentOf(cap: BudgetStanding): number {
  return Math.floor(utilizationOf(cap) * 100);
}
