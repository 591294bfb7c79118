import type {
  Budget,
  KeyPolicy,
  Limits,
  TeamPolicy,
  UserPolicy,
} from "../../core/ledger/policy.ts";
import type { Json } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import { nanoFromUsd } from "../../core/money.ts";
import type { KeyRow, TeamMember, TeamRow, UserRow } from "./schema/identity.ts";

/** What an account must know of a key. The e-mail address stands in its owner's row. */
export function keyPolicyOf(row: KeyRow, userEmail: string | null): KeyPolicy {
  return {
    hash: row.hash,
    name: row.alias ?? row.name,
    alias: row.alias,
    teamId: row.teamId,
    userId: row.userId,
    userEmail,
    organizationId: row.organizationId,
    models: row.models,
    limits: limitsOf(row),
    expiresAtMs: row.expiresAtMs,
    blocked: row.blocked ?? false,
    metadata: row.metadata,
    tags: textsIn(row.metadata["tags"]),
  };
}

export function teamPolicyOf(row: TeamRow): TeamPolicy {
  const members: Record<string, Limits> = {};
  for (const member of row.members) {
    const limits = memberLimits(member, row);
    if (member.user_id !== null && limits !== null) members[member.user_id] = limits;
  }
  return {
    id: row.id,
    alias: row.alias,
    models: row.models,
    limits: limitsOf(row),
    blocked: row.blocked ?? false,
    members,
    memberLimits: memberLimits({}, row),
  };
}

export function userPolicyOf(row: UserRow): UserPolicy {
  return {
    id: row.id,
    email: row.email,
    models: row.models,
    limits: limitsOf(row),
    blocked: row.blocked ?? false,
  };
}

type LimitColumns = Pick<
  KeyRow,
  | "maxBudgetNanoUsd"
  | "budgetDuration"
  | "budgetAnchorMs"
  | "rpmLimit"
  | "tpmLimit"
  | "maxParallelRequests"
  | "settings"
>;

function limitsOf(row: LimitColumns): Limits {
  const { maxBudgetNanoUsd: limitNanoUsd, budgetDuration: duration, budgetAnchorMs } = row;
  const first = limitNanoUsd === null ? [] : [{ limitNanoUsd, duration, anchorMs: budgetAnchorMs }];
  return {
    budgets: [...first, ...furtherBudgets(row)],
    requestsPerMinute: row.rpmLimit,
    tokensPerMinute: row.tpmLimit,
    parallel: row.maxParallelRequests,
  };
}

/** LiteLLM's `budget_limits`: several windows at once. Admin routes checked what stands in it. */
function furtherBudgets({ settings, budgetDuration, budgetAnchorMs }: LimitColumns): Budget[] {
  const listed = settings["budget_limits"];
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const { budget_duration: duration, max_budget: usd } = entry;
    // One counter per duration: a second budget of the same length would share the first one's.
    if (typeof duration !== "string" || typeof usd !== "number") return [];
    if (duration === budgetDuration) return [];
    return [{ limitNanoUsd: nanoFromUsd(usd), duration, anchorMs: budgetAnchorMs }];
  });
}

/** A member's own limits, else the team's for every member; null when there are neither. */
function memberLimits(member: Partial<TeamMember>, team: TeamRow): Limits | null {
  const { settings, budgetAnchorMs } = team;
  const usd = member.max_budget_in_team ?? numberIn(settings["team_member_budget"]);
  const requestsPerMinute = member.rpm_limit ?? numberIn(settings["team_member_rpm_limit"]);
  const tokensPerMinute = member.tpm_limit ?? numberIn(settings["team_member_tpm_limit"]);
  if (usd === null && requestsPerMinute === null && tokensPerMinute === null) return null;
  const written = settings["team_member_budget_duration"];
  const duration = typeof written === "string" ? written : null;
  const limitNanoUsd = usd === null ? null : nanoFromUsd(usd);
  const budgets =
    limitNanoUsd === null ? [] : [{ limitNanoUsd, duration, anchorMs: budgetAnchorMs }];
  return { budgets, requestsPerMinute, tokensPerMinute, parallel: null };
}

function numberIn(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
