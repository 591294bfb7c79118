import { mayUseModel } from "../../core/access.ts";
import { mayCallRoute } from "../../core/routes.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";

/** Whatever binds the key somebody asks with binds the keys they make with it: the first field that goes beyond. */
export function widerField(own: KeyRow, after: KeyRow): string | undefined {
  const routes = listOf(own.settings["allowed_routes"]);
  const checks: [field: string, isWithin: boolean][] = [
    ["models", hasNoMoreModels(own, after)],
    [
      "allowed_routes",
      isWithin(listOf(after.settings["allowed_routes"]), routes, (one) =>
        mayCallRoute(routes, one),
      ),
    ],
    ["allowed_ips", isListWithin("allowed_ips", own, after)],
    ["max_budget", isAtMost(after.maxBudgetNanoUsd, own.maxBudgetNanoUsd)],
    // The same money more often is more money.
    [
      "budget_duration",
      own.maxBudgetNanoUsd === null || [own.budgetDuration, null].includes(after.budgetDuration),
    ],
    ["budget_limits", isKept("budget_limits", own, after)],
    ["model_max_budget", isKept("model_max_budget", own, after)],
    ["model_rpm_limit", isKept("model_rpm_limit", own, after)],
    ["model_tpm_limit", isKept("model_tpm_limit", own, after)],
    ["budget_id", isKept("budget_id", own, after)],
    ["rpm_limit", isAtMost(after.rpmLimit, own.rpmLimit)],
    ["tpm_limit", isAtMost(after.tpmLimit, own.tpmLimit)],
    ["max_parallel_requests", isAtMost(after.maxParallelRequests, own.maxParallelRequests)],
    ["duration", isAtMost(after.expiresAtMs, own.expiresAtMs)],
    ["enforced_params", hasAll("enforced_params", own, after)],
  ];
  return checks.find(([, isFine]) => !isFine)?.[0];
}

function hasNoMoreModels({ models, teamId }: KeyRow, after: KeyRow): boolean {
  // Elsewhere "all of the team's models" would be all models.
  if (models.includes("all-team-models") && after.teamId !== teamId) return false;
  return isWithin(after.models, models, (one) => mayUseModel(models, one, []));
}

/** Null is without a limit. */
function isAtMost(wanted: number | null, limit: number | null): boolean {
  return limit === null || (wanted !== null && wanted <= limit);
}

/** An empty list is everything. */
function isWithin(
  wanted: readonly string[],
  limit: readonly string[],
  includes: (one: string) => boolean,
): boolean {
  if (limit.length === 0) return true;
  return wanted.length > 0 && wanted.every((one) => limit.includes(one) || includes(one));
}

function isListWithin(name: string, own: KeyRow, after: KeyRow): boolean {
  return isWithin(listIn(after, name), listIn(own, name), () => false);
}

function hasAll(name: string, own: KeyRow, after: KeyRow): boolean {
  return listIn(own, name).every((one) => listIn(after, name).includes(one));
}

/** Too rich to be compared: what is there has to be there as it is. */
function isKept(name: string, own: KeyRow, after: KeyRow): boolean {
  const limit = JSON.stringify(fieldIn(own, name));
  return ["null", "{}", "[]", JSON.stringify(fieldIn(after, name))].includes(limit);
}

export function fieldIn({ settings, metadata }: KeyRow, name: string) {
  return settings[name] ?? metadata[name] ?? null;
}

function listIn(row: KeyRow, name: string): string[] {
  return listOf(fieldIn(row, name));
}

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
