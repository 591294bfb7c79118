import * as z from "zod";
import { parseDuration } from "../../core/duration.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { budgetWindowAt } from "../../core/ledger/budget-window.ts";
import type { Spent } from "../../core/ledger/policy.ts";
import type { BudgetRow, CustomerRow, TagRow } from "../../platform/db/schema/budgets.ts";
import type { KeyRow, TeamRow, UserRow } from "../../platform/db/schema/identity.ts";
import type { OrganizationRow } from "../../platform/db/schema/organizations.ts";
import * as field from "./fields.ts";
import { foreignFields, optionalTime, withoutOddities } from "./import-fields.ts";
import { changeKey, keyFields } from "./key-body.ts";
import {
  changed,
  changeLimits,
  limitFields,
  noLimits,
  pickFields,
  type LimitBody,
  type LimitColumns,
} from "./limit-fields.ts";
import { renderTime } from "./render.ts";
import { changeTeam, NewTeam } from "./team-body.ts";
import { changeUser, NewUser } from "./user-body.ts";

/** What a row of LiteLLM's database is here, or why it cannot be taken over. */
export type Reading<Row> =
  | { kind: "read"; id: string; row: Row; spent: Spent; links: Links; notes: string[] }
  | { kind: "refused"; id: string; reason: string };

/** What a row counts on being there. */
export interface Links {
  team?: string | null;
  organization?: string | null;
  budget?: string | null;
}

export interface ImportContext {
  /** Whom changes are recorded under. */
  by: string;
  nowMs: number;
  timeZone: string;
}

/** LiteLLM's own dashboard gets a key for every visit, under a team that does not exist. */
const DASHBOARD_TEAM = "litellm-dashboard";

const timing = {
  spend: field.spendUsd,
  budget_reset_at: optionalTime,
  created_at: optionalTime,
  created_by: field.optionalText,
};

const KeyImport = z.object({
  ...keyFields,
  ...timing,
  token: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex, as LiteLLM stores it"),
  key_name: field.optionalText,
  expires: optionalTime,
  // A row has `expires`; where a duration stands beside it, it is how the key was asked for.
  duration: z.unknown().optional(),
});

export function readKey(raw: JsonObject, context: ImportContext): Reading<KeyRow> {
  const id = idIn(raw, "token");
  if (raw["team_id"] === DASHBOARD_TEAM) {
    return { kind: "refused", id, reason: "a session of LiteLLM's dashboard, not a client's key" };
  }
  return read(KeyImport, raw, id, ({ duration: _, ...body }) => {
    const { by, nowMs } = context;
    const blank: KeyRow = {
      ...blankRow(body, context),
      hash: body.token,
      name: body.key_name ?? "sk-...",
      alias: null,
      accountId: "",
      teamId: null,
      userId: null,
      organizationId: null,
      expiresAtMs: body.expires ?? null,
      previousHash: null,
      previousUntilMs: null,
      rotateAtMs: null,
    };
    const row = changeKey(blank, body, by, nowMs);
    const links = { team: row.teamId, organization: row.organizationId, budget: body.budget_id };
    return { row, links, ...timingOf(row, body, context) };
  });
}

const TeamImport = NewTeam.extend({ ...timing, team_id: field.text });

export function readTeam(raw: JsonObject, context: ImportContext): Reading<TeamRow> {
  return read(TeamImport, raw, idIn(raw, "team_id"), (body) => {
    const { by, nowMs } = context;
    const members = (body.members_with_roles ?? []).map(({ role, user_id: id, user_email }) => ({
      role,
      user_id: id ?? null,
      user_email: user_email ?? null,
    }));
    const blank: TeamRow = {
      ...blankRow(body, context),
      id: body.team_id,
      alias: null,
      organizationId: null,
      members,
    };
    const changes = changeTeam(blank, body, by, nowMs);
    const row = { ...changes, blocked: changes.blocked ?? false };
    const links = { organization: row.organizationId, budget: body.budget_id };
    return { row, links, ...timingOf(row, body, context) };
  });
}

const UserImport = NewUser.extend({
  ...timing,
  user_id: field.text,
  teams: field.texts,
  duration: z.unknown().optional(),
});

export function readUser(raw: JsonObject, context: ImportContext): Reading<UserRow> {
  return read(UserImport, raw, idIn(raw, "user_id"), (body) => {
    const { by, nowMs } = context;
    const blank: UserRow = {
      ...blankRow(body, context),
      id: body.user_id,
      email: null,
      alias: null,
      role: null,
      teams: [...new Set(body.teams ?? [])],
    };
    const row = changeUser(blank, body, by, nowMs);
    return { row, links: { budget: body.budget_id }, ...timingOf(row, body, context) };
  });
}

const linkedFields = {
  ...limitFields,
  model_max_budget: field.optionalObject,
  budget_id: field.optionalText,
};

function limitsAfter(
  blank: LimitColumns,
  body: LimitBody & { model_max_budget?: JsonObject | null | undefined },
  { nowMs }: ImportContext,
): LimitColumns {
  return changeLimits(blank, body, pickFields(body, ["model_max_budget"]), nowMs);
}

const BudgetImport = z.object({ ...linkedFields, ...timing, budget_id: field.text });

export function readBudget(raw: JsonObject, context: ImportContext): Reading<BudgetRow> {
  return read(BudgetImport, raw, idIn(raw, "budget_id"), (body) => {
    const blank = { ...blankRow(body, context), id: body.budget_id };
    const row = { ...blank, ...limitsAfter(blank, body, context) };
    return { row, links: {}, ...timingOf(row, body, context) };
  });
}

const OrganizationImport = z.object({
  ...linkedFields,
  ...timing,
  organization_id: field.text,
  organization_alias: field.optionalText,
});

export function readOrganization(
  raw: JsonObject,
  context: ImportContext,
): Reading<OrganizationRow> {
  return read(OrganizationImport, raw, idIn(raw, "organization_id"), (body) => {
    const { organization_id: id, organization_alias: alias = null } = body;
    const blank = { ...blankRow(body, context), id, alias, budgetId: body.budget_id ?? null };
    const row = { ...blank, ...limitsAfter(blank, body, context) };
    return { row, links: { budget: row.budgetId }, ...timingOf(row, body, context) };
  });
}

const CustomerImport = z.object({
  ...linkedFields,
  ...timing,
  user_id: field.text,
  alias: field.optionalText,
  allowed_model_region: field.optionalText,
  default_model: field.optionalText,
});

export function readCustomer(raw: JsonObject, context: ImportContext): Reading<CustomerRow> {
  return read(CustomerImport, raw, idIn(raw, "user_id"), (body) => {
    const { user_id: id, alias = null } = body;
    const blank = { ...blankRow(body, context), id, alias, budgetId: body.budget_id ?? null };
    const row = { ...blank, ...limitsAfter(blank, body, context) };
    const kept = pickFields(body, ["allowed_model_region", "default_model"]);
    row.settings = { ...row.settings, ...kept };
    return { row, links: { budget: row.budgetId }, ...timingOf(row, body, context) };
  });
}

const TagImport = z.object({
  ...linkedFields,
  ...timing,
  tag_name: field.text,
  description: field.optionalText,
});

export function readTag(raw: JsonObject, context: ImportContext): Reading<TagRow> {
  // LiteLLM's table says `tag_name`, its route `name`.
  const named = { ...raw, tag_name: raw["tag_name"] ?? raw["name"] };
  return read(TagImport, named, idIn(named, "tag_name"), (body) => {
    const { tag_name: name, description = null } = body;
    const linked = body.budget_id ?? null;
    const blank = { ...blankRow(body, context), name, description, budgetId: linked };
    const row = { ...blank, ...limitsAfter(blank, body, context) };
    return { row, links: { budget: row.budgetId }, ...timingOf(row, body, context) };
  });
}

/** Fields that limit must be understood; oddities elsewhere are left out, and told. */
function read<Shape extends z.ZodRawShape, Row>(
  schema: z.ZodObject<Shape>,
  raw: JsonObject,
  id: string,
  make: (body: z.output<z.ZodObject<Shape>>) => Made<Row>,
): Reading<Row> {
  const { row, notes } = withoutOddities(raw);
  const parsed = schema.safeParse(row);
  if (!parsed.success) return { kind: "refused", id, reason: problemOf(parsed.error) };
  try {
    const made = make(parsed.data);
    const lost = foreignFields(row, Object.keys(schema.shape));
    return { kind: "read", id, ...made, notes: [...notes, ...made.notes, ...lost] };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { kind: "refused", id, reason: error.message };
  }
}

type Made<Row> = { row: Row; spent: Spent; links: Links; notes: string[] };

function problemOf(error: z.core.$ZodError): string {
  return error.issues.map((one) => `${one.path.join(".")}: ${one.message}`).join("; ");
}

function idIn(raw: JsonObject, name: string): string {
  const value = raw[name];
  return typeof value === "string" && value !== "" ? value : `(no ${name})`;
}

interface Timing {
  spend?: number | undefined;
  budget_reset_at?: number | null | undefined;
  created_at?: number | null | undefined;
  created_by?: string | null | undefined;
}

function blankRow(body: Timing, { by, nowMs }: ImportContext) {
  const createdAtMs = body.created_at ?? nowMs;
  return {
    ...noLimits(nowMs),
    spendNanoUsd: body.spend ?? 0,
    createdAtMs,
    createdBy: changed(by, body.created_by ?? undefined),
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

/**
 * LiteLLM's `spend` is that of the current window, and `budget_reset_at` its end. Both count from the
 * same calendar here; where the two ends differ all the same, it is told. A window that is over is
 * over, even if nothing has reset it yet.
 */
function timingOf(
  row: LimitColumns & { spendNanoUsd: number },
  { budget_reset_at: resetAtMs }: Timing,
  { nowMs, timeZone }: ImportContext,
): { spent: Spent; notes: string[] } {
  const lifetimeNanoUsd = row.spendNanoUsd;
  const duration = row.budgetDuration === null ? undefined : parseDuration(row.budgetDuration);
  if (duration === undefined || typeof resetAtMs !== "number") {
    return { spent: { windowNanoUsd: lifetimeNanoUsd, lifetimeNanoUsd }, notes: [] };
  }
  // Windows of several days count from here, so the next one begins when LiteLLM's would.
  row.budgetAnchorMs = resetAtMs;
  if (resetAtMs <= nowMs) return { spent: { windowNanoUsd: 0, lifetimeNanoUsd }, notes: [] };
  const { endMs } = budgetWindowAt(duration, nowMs, timeZone, resetAtMs);
  const isSame = Math.abs(endMs - resetAtMs) < RESET_DIFFERENCE_MS_MAX;
  const note = `budget window ends at another time: ${renderTime(endMs)} here, ${renderTime(resetAtMs)} in LiteLLM`;
  return {
    spent: { windowNanoUsd: lifetimeNanoUsd, lifetimeNanoUsd },
    notes: isSame ? [] : [note],
  };
}

/** LiteLLM's reset times carry the milliseconds of the moment they were computed. */
const RESET_DIFFERENCE_MS_MAX = 60_000;

/** A person's place in a team, with what they spent there: a row of LiteLLM's membership table. */
export const TeamMembership = z.object({
  user_id: field.text,
  team_id: field.text,
  budget_id: field.optionalText,
  spend: field.spendUsd,
});

export const OrganizationMembership = z.object({
  user_id: field.text,
  organization_id: field.text,
  user_role: z.string().nullable().optional(),
  budget_id: field.optionalText,
});
