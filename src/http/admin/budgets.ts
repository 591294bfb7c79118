import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import * as rows from "../../platform/db/budgets.ts";
import { isConflict } from "../../platform/db/conflict.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { BudgetRow } from "../../platform/db/schema/budgets.ts";
import {
  budgetFields,
  changeBudgetLimits,
  requireBudget,
  type BudgetBody,
} from "./budget-fields.ts";
import { linkedTo, tellLinked } from "./budget-links.ts";
import { renderBudget } from "./budget-view.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { noLimits } from "./limit-fields.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";

/** Limits with a name. Whoever is linked to one follows it when it changes. */
export const budgetRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/budget/new"],
    action: "budget.change",
    summary: "Make limits that keys, teams, people, customers and tags can be linked to.",
    body: z.object({ budget_id: field.optionalText, ...budgetFields }),
    async answer(call) {
      const { body, deps } = call;
      const row = changeBudget(newBudget(body.budget_id ?? deps.newId(), call), body, call);
      await refusingDuplicates(row, () => rows.insertBudgetRow(deps.db, row));
      call.audit(budgetAudit("created", null, row, deps));
      return renderBudget(row, deps);
    },
  }),
  bodyRoute({
    paths: ["/budget/update"],
    action: "budget.change",
    summary: "Change a budget, and with it the limits of everything linked to it.",
    body: z.object({ budget_id: field.text, ...budgetFields }),
    async answer(call) {
      const { body, deps } = call;
      const before = await requireBudget(body.budget_id, deps);
      const after = changeBudget(before, body, call);
      await rows.updateBudgetRow(deps.db, after);
      call.audit(budgetAudit("updated", before, after, deps));
      await tellLinked(after.id, deps);
      return renderBudget(after, deps);
    },
  }),
  bodyRoute({
    paths: ["/budget/info"],
    action: "budget.read",
    summary: "Some budgets.",
    body: z.object({ budgets: z.array(field.text).min(1).max(1_000) }),
    async answer({ body, deps }) {
      const found = await rows.findBudgetRows(deps.db, body.budgets);
      return found.map((row) => renderBudget(row, deps));
    },
  }),
  bodyRoute({
    paths: ["/budget/delete"],
    action: "budget.change",
    summary: "Delete a budget that nothing is linked to any more.",
    body: z.object({ id: field.text }),
    async answer(call) {
      const { body, deps } = call;
      const before = await requireBudget(body.id, deps);
      await refuseInUse(before, deps);
      await rows.deleteBudgetRow(deps.db, before.id);
      call.audit(budgetAudit("deleted", before, null, deps));
      return renderBudget(before, deps);
    },
  }),
  readRoute({
    paths: ["/budget/list"],
    action: "budget.read",
    summary: "All budgets.",
    query: z.object({}),
    async answer({ deps }) {
      return (await rows.listBudgetRows(deps.db)).map((row) => renderBudget(row, deps));
    },
  }),
  readRoute({
    paths: ["/budget/settings"],
    action: "budget.read",
    summary: "One budget's fields, as LiteLLM's form shows them.",
    query: z.object({ budget_id: field.text }),
    async answer({ query, deps }) {
      const shown = renderBudget(await requireBudget(query.budget_id, deps), deps);
      return Object.keys(FORM).map((name) => ({
        field_name: name,
        field_type: FORM[name] ?? "",
        field_description: "",
        field_value: shown[name] ?? null,
        stored_in_db: true,
        field_default_value: null,
        premium_field: false,
      }));
    },
  }),
];

const FORM: Record<string, string> = {
  max_parallel_requests: "Integer",
  tpm_limit: "Integer",
  rpm_limit: "Integer",
  budget_duration: "String",
  max_budget: "Float",
  soft_budget: "Float",
};

function newBudget(id: string, { deps, by }: AdminCall): BudgetRow {
  const nowMs = deps.nowMs();
  return {
    ...noLimits(nowMs),
    id,
    spendNanoUsd: 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

function changeBudget(before: BudgetRow, body: BudgetBody, { deps, by }: AdminCall): BudgetRow {
  const nowMs = deps.nowMs();
  const limits = changeBudgetLimits(before, body, nowMs);
  return { ...before, ...limits, updatedAtMs: nowMs, updatedBy: by };
}

/** Whoever loses a budget must not be left without one unseen. */
async function refuseInUse({ id }: BudgetRow, deps: AdminDeps): Promise<void> {
  const linked = await linkedTo(id, deps);
  if (linked.length === 0) return;
  throw new GatewayError(
    "invalid_request",
    `Budget ${id} is still the limit of ${linked.length} others (${linked.slice(0, NAMED_MAX).join(", ")}). Unlink them first.`,
    { param: "id", type: "bad_request_error" },
  );
}

const NAMED_MAX = 5;

async function refusingDuplicates(row: BudgetRow, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (!isConflict(cause, "budgets.id")) throw cause;
    throw new GatewayError("invalid_request", `Budget ${row.id} already exists.`, {
      param: "budget_id",
      type: "bad_request_error",
      cause,
    });
  }
}

function budgetAudit(
  action: AuditAction,
  before: BudgetRow | null,
  after: BudgetRow | null,
  deps: AdminDeps,
) {
  const shown = (row: BudgetRow | null) => (row === null ? null : renderBudget(row, deps));
  const id = (after ?? before)?.id ?? "";
  const table = "LiteLLM_BudgetTable" as const;
  return { action, table, id, before: shown(before), after: shown(after) };
}
