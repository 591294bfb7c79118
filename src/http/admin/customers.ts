import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import * as rows from "../../platform/db/customers.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { CustomerRow } from "../../platform/db/schema/budgets.ts";
import type { SharedRow } from "../../platform/db/shared-policies.ts";
import {
  changeBudgetLimits,
  linkedBudget,
  linkedFields,
  refuseTwoBudgets,
} from "./budget-fields.ts";
import { renderBudgetTable } from "./budget-view.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { changed, noLimits, pickFields } from "./limit-fields.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import {
  createShared,
  liveSharedSpend,
  removeShared,
  saveShared,
  setSharedSpend,
  type SharedTable,
} from "./shared-changes.ts";

const CustomerBody = z.object({
  user_id: field.text,
  ...linkedFields,
  alias: field.optionalText,
  spend: field.spendUsd,
  allowed_model_region: z.enum(["eu", "us"]).nullable().optional(),
  default_model: field.optionalText,
  object_permission: field.optionalObject,
});
const CustomerIds = z.object({ user_ids: z.array(field.text).min(1).max(1_000) });
const SETTINGS = ["allowed_model_region", "default_model", "object_permission"] as const;

type Customer = Extract<SharedRow, { kind: "end_user" }>;

/** End users of somebody's product. LiteLLM's older name for them is `end_user`. */
export const customerRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/customer/new", "/end_user/new"],
    action: "customer.change",
    summary: "Give an end user limits: calls name them in `user` or x-litellm-end-user-id.",
    body: CustomerBody,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const blank = newCustomer(body.user_id, call);
      const after = await changeCustomer(blank, body, call);
      after.row.spendNanoUsd = body.spend ?? 0;
      await createShared(after, tableOf(deps), deps);
      call.audit(customerAudit("created", null, after, deps));
      return renderCustomer(after, deps);
    },
  }),
  bodyRoute({
    paths: ["/customer/update", "/end_user/update"],
    action: "customer.change",
    summary: "Change an end user. What is not in the body stays as it is.",
    body: CustomerBody,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const before = await requireCustomer(body.user_id, deps);
      const after = await changeCustomer(before.row, body, call);
      await saveShared(before, after, tableOf(deps), deps);
      call.audit(customerAudit("updated", before, after, deps));
      if (body.spend !== undefined) {
        await rows.setCustomerSpend(deps.db, body.user_id, body.spend);
        await setSharedSpend(after, body.spend, deps);
      }
      return renderCustomer(after, deps);
    },
  }),
  bodyRoute({
    paths: ["/customer/delete", "/end_user/delete"],
    action: "customer.change",
    summary: "Forget end users' limits. What they spent stays in every report.",
    body: CustomerIds,
    async answer(call) {
      const { body, deps } = call;
      const gone = await requireCustomers(body.user_ids, deps);
      for (const one of gone) {
        await removeShared(one, tableOf(deps), deps);
        call.audit(customerAudit("deleted", one, null, deps));
      }
      return {
        deleted_customers: gone.length,
        message: `Successfully deleted customers with ids: ${body.user_ids.join(", ")}`,
      };
    },
  }),
  bodyRoute({
    paths: ["/customer/block", "/end_user/block"],
    action: "customer.change",
    summary: "Turn end users away from their next call on, whichever key they come with.",
    body: CustomerIds,
    answer: (call) => setBlocked(call, call.body.user_ids, true),
  }),
  bodyRoute({
    paths: ["/customer/unblock", "/end_user/unblock"],
    action: "customer.change",
    summary: "Let blocked end users in again.",
    body: CustomerIds,
    answer: (call) => setBlocked(call, call.body.user_ids, false),
  }),
  readRoute({
    paths: ["/customer/info", "/end_user/info"],
    action: "customer.read",
    summary: "One end user, with what they have spent.",
    query: z.object({ end_user_id: field.text }),
    async answer({ query, deps }) {
      const found = await requireCustomer(query.end_user_id, deps);
      return renderCustomer(found, deps, await liveSharedSpend(found, deps));
    },
  }),
  readRoute({
    paths: ["/customer/list", "/end_user/list"],
    action: "customer.read",
    summary: "End users with limits, in the order of their ids.",
    query: z.object({ size: field.pageNumber(1_000, 10_000), after: field.text.optional() }),
    async answer({ query, deps }) {
      const listed = await rows.listCustomerRows(deps.db, query.size, query.after);
      return Promise.all(
        listed.map(async (row) => renderCustomer(await withBudget(row, deps), deps)),
      );
    },
  }),
];

function tableOf({ db }: AdminDeps): SharedTable<CustomerRow> {
  return {
    insert: (row) => rows.insertCustomerRow(db, row),
    update: (row) => rows.updateCustomerRow(db, row),
    remove: (row) => rows.deleteCustomerRows(db, [row.id]),
  };
}

async function requireCustomer(id: string, deps: AdminDeps): Promise<Customer> {
  const row = await rows.findCustomerRow(deps.db, id);
  if (row !== undefined) return withBudget(row, deps);
  throw new GatewayError("not_found", `End User Id=${id} does not exist in db`, {
    param: "end_user_id",
  });
}

async function requireCustomers(ids: readonly string[], deps: AdminDeps): Promise<Customer[]> {
  return Promise.all([...new Set(ids)].map((id) => requireCustomer(id, deps)));
}

async function withBudget(row: CustomerRow, deps: AdminDeps): Promise<Customer> {
  return { kind: "end_user", row, shared: await linkedBudget(row.budgetId, deps) };
}

function newCustomer(id: string, { deps, by }: AdminCall): CustomerRow {
  const nowMs = deps.nowMs();
  return {
    ...noLimits(nowMs),
    id,
    alias: null,
    budgetId: null,
    spendNanoUsd: 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

async function changeCustomer(
  before: CustomerRow,
  body: z.output<typeof CustomerBody>,
  { deps, by }: AdminCall,
): Promise<Customer> {
  const limits = changeBudgetLimits(before, body, deps.nowMs());
  const row: CustomerRow = {
    ...before,
    ...limits,
    settings: { ...limits.settings, ...pickFields(body, SETTINGS) },
    alias: changed(before.alias, body.alias),
    budgetId: changed(before.budgetId, body.budget_id),
    updatedAtMs: deps.nowMs(),
    updatedBy: by,
  };
  return withBudget(row, deps);
}

async function setBlocked(
  call: AdminCall,
  ids: readonly string[],
  isBlocked: boolean,
): Promise<JsonObject> {
  const { deps, by } = call;
  const blocked: JsonObject[] = [];
  for (const before of await requireCustomers(ids, deps)) {
    const changes = { blocked: isBlocked, updatedAtMs: deps.nowMs(), updatedBy: by };
    const after = { ...before, row: { ...before.row, ...changes } };
    await saveShared(before, after, tableOf(deps), deps);
    call.audit(customerAudit(isBlocked ? "blocked" : "unblocked", before, after, deps));
    blocked.push(renderCustomer(after, deps));
  }
  return { [isBlocked ? "blocked_users" : "unblocked_users"]: blocked };
}

function renderCustomer(
  { row, shared }: Customer,
  deps: AdminDeps,
  spentNanoUsd = row.spendNanoUsd,
): JsonObject {
  return {
    user_id: row.id,
    alias: row.alias,
    spend: usdFromNano(spentNanoUsd),
    allowed_model_region: row.settings["allowed_model_region"] ?? null,
    default_model: row.settings["default_model"] ?? null,
    budget_id: row.budgetId,
    litellm_budget_table: renderBudgetTable(row, shared, deps),
    blocked: row.blocked ?? false,
    object_permission: row.settings["object_permission"] ?? null,
    not_enforced: notEnforced(row),
  };
}

/** What is kept for this customer and binds none of their calls: nobody should believe it does. */
function notEnforced({ settings }: CustomerRow): string[] {
  return (settings["default_model"] ?? null) === null ? [] : ["default_model"];
}

function customerAudit(
  action: AuditAction,
  before: Customer | null,
  after: Customer | null,
  deps: AdminDeps,
) {
  const shown = (one: Customer | null) => (one === null ? null : renderCustomer(one, deps));
  const id = (after ?? before)?.row.id ?? "";
  const table = "LiteLLM_EndUserTable" as const;
  return { action, table, id, before: shown(before), after: shown(after) };
}
