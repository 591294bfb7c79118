import { ownRouterSettings } from "../../core/config/key-router.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import {
  NO_LIMITS,
  type KeyPolicy,
  type Limits,
  type PreviousKey,
  type TeamPolicy,
  type UserPolicy,
} from "../../core/ledger/policy.ts";
import { nanoFromUsd } from "../../core/money.ts";
import { limitsOf, numberIn, textsIn, type LimitColumns } from "./policy-limits.ts";
import type { KeyRow, TeamMember, TeamRow, UserRow } from "./schema/identity.ts";

/**
 * What an account must know of a key. The e-mail address stands in its owner's row, further limits in
 * that of the budget it is linked to.
 */
export function keyPolicyOf(
  row: KeyRow,
  userEmail: string | null,
  shared?: LimitColumns,
): KeyPolicy {
  const { metadata, settings } = row;
  return {
    hash: row.hash,
    name: row.alias ?? row.name,
    alias: row.alias,
    teamId: row.teamId,
    userId: row.userId,
    userEmail,
    organizationId: row.organizationId,
    models: row.models,
    limits: limitsOf(row, shared),
    expiresAtMs: row.expiresAtMs,
    blocked: row.blocked ?? false,
    metadata,
    tags: textsIn(metadata["tags"]),
    aliases: { ...routerAliases(settings), ...namesIn(settings["aliases"]) },
    ...routerSettingsIn(settings),
    allowedRoutes: textsIn(settings["allowed_routes"]),
    allowedAddresses: textsIn(settings["allowed_ips"] ?? metadata["allowed_ips"]),
    enforcedParameters: textsIn(metadata["enforced_params"]),
    allowsClamping: metadata["allow_clamp"] === true,
    previous: previousOf(row),
  };
}

function previousOf({ previousHash: hash, previousUntilMs: untilMs }: KeyRow): PreviousKey | null {
  return hash === null ? null : { hash, untilMs: untilMs ?? 0 };
}

/** `memberBudgets`: the budgets single members are linked to, by user id. */
export function teamPolicyOf(
  row: TeamRow,
  shared?: LimitColumns,
  memberBudgets: ReadonlyMap<string, LimitColumns> = new Map(),
): TeamPolicy {
  const members: Record<string, Limits> = {};
  for (const member of row.members) {
    if (member.user_id === null) continue;
    const limits = memberLimits(member, row, memberBudgets.get(member.user_id));
    if (limits !== null) members[member.user_id] = limits;
  }
  return {
    id: row.id,
    alias: row.alias,
    organizationId: row.organizationId,
    models: row.models,
    limits: limitsOf(row, shared),
    blocked: row.blocked ?? false,
    members,
    memberLimits: memberLimits({}, row),
    aliases: { ...routerAliases(row.settings), ...namesIn(row.settings["model_aliases"]) },
    ...routerSettingsIn(row.settings),
    enforcedParameters: textsIn(row.metadata["enforced_params"]),
  };
}

export function userPolicyOf(row: UserRow, shared?: LimitColumns): UserPolicy {
  return {
    id: row.id,
    email: row.email,
    models: row.models,
    limits: limitsOf(row, shared),
    blocked: row.blocked ?? false,
  };
}

/**
 * A member's own limits, else those of the budget the member is linked to, else the team's for every
 * member; null when there are none.
 */
function memberLimits(
  member: Partial<TeamMember>,
  team: TeamRow,
  shared?: LimitColumns,
): Limits | null {
  const { settings } = team;
  const linked = shared === undefined ? NO_LIMITS : limitsOf(shared);
  const requestsPerMinute =
    member.rpm_limit ?? linked.requestsPerMinute ?? numberIn(settings["team_member_rpm_limit"]);
  const tokensPerMinute =
    member.tpm_limit ?? linked.tokensPerMinute ?? numberIn(settings["team_member_tpm_limit"]);
  const budgets = memberBudgets(member, team, linked);
  const limits = { ...linked, budgets, requestsPerMinute, tokensPerMinute };
  return isUnlimited(limits) ? null : limits;
}

function memberBudgets(
  member: Partial<TeamMember>,
  { settings, budgetAnchorMs: anchorMs }: TeamRow,
  linked: Limits,
): Limits["budgets"] {
  const own = member.max_budget_in_team ?? null;
  if (own === null && linked.budgets.length > 0) return linked.budgets;
  const usd = own ?? numberIn(settings["team_member_budget"]);
  const written = settings["team_member_budget_duration"];
  const duration = typeof written === "string" ? written : null;
  return usd === null ? [] : [{ limitNanoUsd: nanoFromUsd(usd), duration, anchorMs }];
}

function isUnlimited(limits: Limits): boolean {
  return (
    limits.budgets.length === 0 &&
    limits.byModel.length === 0 &&
    limits.softBudget === null &&
    limits.requestsPerMinute === null &&
    limits.tokensPerMinute === null &&
    limits.parallel === null
  );
}

/** LiteLLM has two places for names of one's own; the older one comes first. */
function routerAliases({ router_settings: settings }: JsonObject): Record<string, string> {
  const written = isJsonObject(settings) ? settings["model_group_alias"] : undefined;
  const entries = Object.entries(isJsonObject(written) ? written : {});
  return namesIn(
    Object.fromEntries(
      entries.map(([name, alias]) => [name, isJsonObject(alias) ? alias["model"] : alias]),
    ),
  );
}

function routerSettingsIn({ router_settings: written }: JsonObject): {
  routerSettings?: JsonObject;
} {
  const routerSettings = ownRouterSettings(written);
  return routerSettings === undefined ? {} : { routerSettings };
}

function namesIn(value: Json | undefined): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [name, model] of Object.entries(isJsonObject(value) ? value : {})) {
    if (typeof model === "string" && model !== name) names[name] = model;
  }
  return names;
}
