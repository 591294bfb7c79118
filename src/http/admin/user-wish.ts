import { GatewayError } from "../../core/errors.ts";
import { nanoFromUsd } from "../../core/money.ts";
import { requireCovered, type AdminCall } from "./route.ts";
import { ownerOf, requireTeam } from "./team-changes.ts";
import type { NewUserBody } from "./user-body.ts";
import { refuseEscalation } from "./user-reach.ts";

/** Checks what the asker may wish for a new person, and adds what the configuration gives everybody. */
export async function grantedWish(call: AdminCall, body: NewUserBody): Promise<NewUserBody> {
  refuseEscalation(call, body.user_role);
  if (call.asker.roles.includes("provisioning")) return provisioned(call, body);
  refusePowerfulKey(call, body);
  const wish = withOwnOrganization(call, body);
  await requireOwnPlaces(call, wish);
  return withDefaults(call, wish);
}

/** LiteLLM's `default_internal_user_params` fill what the body leaves out. */
export function withDefaults({ deps }: Pick<AdminCall, "deps">, body: NewUserBody): NewUserBody {
  if (body.user_role === "proxy_admin") return body;
  const { newUsers } = deps.config.settings;
  const role = body.user_role ?? newUsers.role;
  const isInternal = role === "internal_user";
  const usd = newUsers.maxBudgetUsd ?? (isInternal ? newUsers.internalMaxBudgetUsd : undefined);
  const duration =
    newUsers.budgetDuration ?? (isInternal ? newUsers.internalBudgetDuration : undefined);
  return {
    ...body,
    user_role: role,
    models: body.models?.length ? body.models : [...newUsers.models],
    max_budget: body.max_budget ?? (usd === undefined ? undefined : nanoFromUsd(usd)),
    budget_duration: body.budget_duration ?? duration,
    tpm_limit: body.tpm_limit ?? newUsers.tokensPerMinute,
    rpm_limit: body.rpm_limit ?? newUsers.requestsPerMinute,
    teams: body.teams?.length ? body.teams : newUsers.teams.map(membershipOf),
  };
}

type DefaultTeam = AdminCall["deps"]["config"]["settings"]["newUsers"]["teams"][number];

function membershipOf({ teamId, role, maxBudgetUsd }: DefaultTeam) {
  return { team_id: teamId, user_role: role, max_budget_in_team: maxBudgetUsd };
}

/** Keys that manage anything are an administrator's to give: one that provisions knows no organization. */
function refusePowerfulKey({ coverage }: AdminCall, body: NewUserBody): void {
  if (coverage.kind === "all") return;
  const isPlain = !body.key_type || PLAIN_TYPES.has(body.key_type);
  const param = isPlain ? (body.permissions ? "permissions" : undefined) : "key_type";
  if (param === undefined) return;
  throw new GatewayError(
    "admin_only",
    `Only a proxy_admin may set ${param}=${JSON.stringify(body[param])}.`,
    { param },
  );
}

const PLAIN_TYPES = new Set<unknown>(["default", "llm_api", "read_only"]);

/** Who administers organizations makes people in one of them, and keys that spend its money. */
function withOwnOrganization({ coverage }: AdminCall, body: NewUserBody): NewUserBody {
  const [first] = body.organizations ?? [];
  if (coverage.kind === "all") return body;
  return { ...body, organization_id: body.organization_id ?? first };
}

async function requireOwnPlaces(call: AdminCall, body: NewUserBody): Promise<void> {
  const { coverage, deps } = call;
  const teamIds = [body.team_id, ...(body.teams ?? []).map((one) => one.team_id)];
  const owners = await Promise.all(
    teamIds.map(async (id) => (typeof id === "string" ? [await requireTeam(id, deps)] : [])),
  );
  if (coverage.kind === "all") return;
  for (const team of owners.flat()) requireCovered(call, ownerOf(team), "teams of others");
  const organizationIds = [body.organization_id ?? null, ...(body.organizations ?? [])];
  for (const organizationId of organizationIds) {
    requireCovered(call, { organizationId }, "users outside of your organizations");
  }
}

/** What a sign-up form may say of the person it signs up. */
const PROVISIONED_FIELDS = new Set([
  "user_id",
  "user_email",
  "user_alias",
  "user_role",
  "sso_user_id",
  "max_budget",
  "auto_create_key",
  "send_invite_email",
  "key_alias",
  "duration",
]);

const PROVISIONED_ROLES = new Set<unknown>(["internal_user", "internal_user_viewer"]);

/** A provisioning key stands in a public form's server: it gives nothing away that is not given to everybody. */
function provisioned(call: AdminCall, body: NewUserBody): NewUserBody {
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && value !== null && !PROVISIONED_FIELDS.has(name)) {
      throw notProvisioned(name, `A provisioning key may not set ${name}.`);
    }
  }
  const { newUsers } = call.deps.config.settings;
  const usd = newUsers.maxBudgetUsd ?? newUsers.internalMaxBudgetUsd;
  const most = usd === undefined ? undefined : nanoFromUsd(usd);
  const role = body.user_role ?? newUsers.role ?? "internal_user";
  if (!PROVISIONED_ROLES.has(role)) {
    const allowed = [...PROVISIONED_ROLES].join(" and ");
    throw notProvisioned("user_role", `A provisioning key may create only ${allowed}.`);
  }
  if (most !== undefined && (body.max_budget ?? most) > most) {
    const message = "A provisioning key may not set a budget above the configured default.";
    throw notProvisioned("max_budget", message);
  }
  return withDefaults(call, { ...body, user_role: role, max_budget: body.max_budget ?? most });
}

function notProvisioned(param: string, message: string): GatewayError {
  return new GatewayError("admin_only", message, { param });
}
