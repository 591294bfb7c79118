import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { AuditAction } from "../../platform/db/schema/audit.ts";
import type { TagRow } from "../../platform/db/schema/budgets.ts";
import type { SharedRow } from "../../platform/db/shared-policies.ts";
import * as rows from "../../platform/db/tags.ts";
import {
  changeBudgetLimits,
  linkedBudget,
  linkedFields,
  refuseTwoBudgets,
} from "./budget-fields.ts";
import { renderBudgetTable } from "./budget-view.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { changed, noLimits } from "./limit-fields.ts";
import { renderAuthors } from "./render.ts";
import { bodyRoute, readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import {
  createShared,
  liveSharedSpend,
  removeShared,
  saveShared,
  type SharedTable,
} from "./shared-changes.ts";

const TagBody = z.object({
  name: field.text,
  ...linkedFields,
  description: field.optionalText,
});

type Tag = Extract<SharedRow, { kind: "tag" }>;

/** Tags with a budget. A tag needs no row to be counted in reports. */
export const tagRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/tag/new"],
    action: "tag.change",
    summary: "Give a tag a description or a budget that all calls with it share.",
    body: TagBody,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const after = await changeTag(newTag(body.name, call), body, call);
      await createShared(after, tableOf(deps), deps);
      call.audit(tagAudit("created", null, after, deps));
      const tag = renderTag(after, deps);
      // LiteLLM's documentation shows the tag itself, its code puts it under a name.
      return { message: `Tag ${body.name} created successfully`, tag, ...tag };
    },
  }),
  bodyRoute({
    paths: ["/tag/update"],
    action: "tag.change",
    summary: "Change a tag. What is not in the body stays as it is.",
    body: TagBody,
    async answer(call) {
      const { body, deps } = call;
      refuseTwoBudgets(body);
      const before = await requireTag(body.name, deps);
      const after = await changeTag(before.row, body, call);
      await saveShared(before, after, tableOf(deps), deps);
      call.audit(tagAudit("updated", before, after, deps));
      return { message: `Tag ${body.name} updated successfully`, tag: renderTag(after, deps) };
    },
  }),
  bodyRoute({
    paths: ["/tag/delete"],
    action: "tag.change",
    summary:
      "Forget a tag's description and budget. What was spent under it stays in every report.",
    body: z.object({ name: field.text }),
    async answer(call) {
      const { body, deps } = call;
      const gone = await requireTag(body.name, deps);
      await removeShared(gone, tableOf(deps), deps);
      call.audit(tagAudit("deleted", gone, null, deps));
      return { message: `Tag ${body.name} deleted successfully` };
    },
  }),
  bodyRoute({
    paths: ["/tag/info"],
    action: "tag.read",
    summary: "Some tags, with what was spent under them.",
    body: z.object({ names: z.array(field.text).min(1).max(1_000) }),
    async answer({ body, deps }) {
      const found = await rows.findTagRows(deps.db, body.names);
      const shown = await Promise.all(found.map(async (row) => renderLive(row, deps)));
      return Object.fromEntries(found.map((row, index) => [row.name, shown[index] ?? null]));
    },
  }),
  readRoute({
    paths: ["/tag/list"],
    action: "tag.read",
    summary: "Tags with a description or a budget, in the order of their names.",
    query: z.object({ size: field.pageNumber(1_000, 10_000), after: field.text.optional() }),
    async answer({ query, deps }) {
      const listed = await rows.listTagRows(deps.db, query.size, query.after);
      return Promise.all(listed.map(async (row) => renderTag(await withBudget(row, deps), deps)));
    },
  }),
];

function tableOf({ db }: AdminDeps): SharedTable<TagRow> {
  return {
    insert: (row) => rows.insertTagRow(db, row),
    update: (row) => rows.updateTagRow(db, row),
    remove: (row) => rows.deleteTagRows(db, [row.name]),
  };
}

async function requireTag(name: string, deps: AdminDeps): Promise<Tag> {
  const row = await rows.findTagRow(deps.db, name);
  if (row !== undefined) return withBudget(row, deps);
  throw new GatewayError("not_found", `Tag ${name} not found`, { param: "name" });
}

async function withBudget(row: TagRow, deps: AdminDeps): Promise<Tag> {
  return { kind: "tag", row, shared: await linkedBudget(row.budgetId, deps) };
}

function newTag(name: string, { deps, by }: AdminCall): TagRow {
  const nowMs = deps.nowMs();
  return {
    ...noLimits(nowMs),
    name,
    description: null,
    budgetId: null,
    spendNanoUsd: 0,
    createdAtMs: nowMs,
    createdBy: by,
    updatedAtMs: nowMs,
    updatedBy: by,
  };
}

async function changeTag(
  before: TagRow,
  body: z.output<typeof TagBody>,
  { deps, by }: AdminCall,
): Promise<Tag> {
  const row: TagRow = {
    ...before,
    ...changeBudgetLimits(before, body, deps.nowMs()),
    description: changed(before.description, body.description),
    budgetId: changed(before.budgetId, body.budget_id),
    updatedAtMs: deps.nowMs(),
    updatedBy: by,
  };
  return withBudget(row, deps);
}

async function renderLive(row: TagRow, deps: AdminDeps): Promise<JsonObject> {
  const tag = await withBudget(row, deps);
  return renderTag(tag, deps, await liveSharedSpend(tag, deps));
}

function renderTag(
  { row, shared }: Tag,
  deps: AdminDeps,
  spentNanoUsd = row.spendNanoUsd,
): JsonObject {
  const table = renderBudgetTable(row, shared, deps);
  const limits = isJsonObject(table) ? table : {};
  return {
    name: row.name,
    description: row.description,
    models: row.models,
    spend: usdFromNano(spentNanoUsd),
    max_budget: limits["max_budget"] ?? null,
    soft_budget: limits["soft_budget"] ?? null,
    budget_duration: limits["budget_duration"] ?? null,
    budget_reset_at: limits["budget_reset_at"] ?? null,
    budget_id: row.budgetId,
    litellm_budget_table: table,
    blocked: row.blocked ?? false,
    ...renderAuthors(row),
  };
}

function tagAudit(action: AuditAction, before: Tag | null, after: Tag | null, deps: AdminDeps) {
  const shown = (one: Tag | null) => (one === null ? null : renderTag(one, deps));
  const id = (after ?? before)?.row.name ?? "";
  return {
    action,
    table: "LiteLLM_TagTable" as const,
    id,
    before: shown(before),
    after: shown(after),
  };
}
