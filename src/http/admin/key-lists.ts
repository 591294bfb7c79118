import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { findBudgetRows } from "../../platform/db/budgets.ts";
import {
  KEY_ORDERS,
  listKeyAliases,
  listKeyRows,
  type KeyFilter,
} from "../../platform/db/key-list.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { findUserRow } from "../../platform/db/users.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { renderKeyRow } from "./key-view.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";

const ListQuery = z.object({
  page: field.pageNumber(1, 1_000_000),
  size: field.pageNumber(10, 100),
  user_id: field.text.optional(),
  team_id: field.text.optional(),
  organization_id: field.text.optional(),
  project_id: field.text.optional(),
  access_group_id: field.text.optional(),
  key_hash: field.text.optional(),
  key_alias: field.text.optional(),
  /** `key_alias` and `user_id` are parts of what is looked for. */
  substring_matching: field.queryFlag,
  return_full_object: field.queryFlag,
  /** With `user_id`: also those of teams whoever asks administers, and those the user made. */
  include_team_keys: field.queryFlag,
  include_created_by_keys: field.queryFlag,
  expand: z.literal("user").optional(),
  status: z.enum(["rotation_due", "deleted"]).optional(),
  sort_by: z.enum(KEY_ORDERS).optional(),
  sort_order: z.enum(["asc", "desc"]).optional(),
});

const AliasQuery = z.object({
  page: field.pageNumber(1, 1_000_000),
  size: field.pageNumber(50, 100),
  search: field.text.optional(),
  team_id: field.text.optional(),
});

export const keyListRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/key/list"],
    action: "key.read",
    summary: "Keys, a page at a time.",
    query: ListQuery,
    async answer(call) {
      const { deps, query } = call;
      refuseOthers(call, query);
      const { rows, total } = await listKeyRows(deps.db, filterOf(call, query), query, {
        by: query.sort_by ?? "created_at",
        ascending: query.sort_order === "asc",
      });
      const isFull = query.return_full_object === true || query.expand !== undefined;
      return {
        keys: isFull
          ? await fullRows(rows, query.expand === "user", deps)
          : rows.map((row) => row.hash),
        ...pageOf(query, total),
      };
    },
  }),
  readRoute({
    paths: ["/key/aliases"],
    action: "key.read",
    summary: "Names of keys, a page at a time.",
    query: AliasQuery,
    async answer({ deps, query, coverage }) {
      const filter = { alias: query.search, isPartial: true, teamId: query.team_id, coverage };
      const { aliases, total } = await listKeyAliases(deps.db, filter, query);
      return { aliases, ...pageOf(query, total), size: query.size };
    },
  }),
];

type Query = z.output<typeof ListQuery>;

function filterOf({ asker, coverage, deps }: AdminCall, query: Query): KeyFilter {
  const { user_id: userId } = query;
  return {
    hash: query.key_hash,
    alias: query.key_alias,
    teamId: query.team_id,
    userId,
    organizationId: query.organization_id,
    projectId: query.project_id,
    accessGroupId: query.access_group_id,
    isPartial: query.substring_matching,
    orCreatedBy: query.include_created_by_keys === true ? userId : undefined,
    orTeamIds: query.include_team_keys === true ? asker.adminTeamIds : undefined,
    dueAtMs: query.status === "rotation_due" ? deps.nowMs() : undefined,
    coverage,
  };
}

/** What nobody can have is said so, rather than answered with an empty list. */
function refuseOthers({ asker, coverage }: AdminCall, { user_id: userId, status }: Query): void {
  if (status === "deleted") {
    const message =
      "Deleted keys are not kept. See GET /audit?table_name=LiteLLM_VerificationToken&action=deleted.";
    throw new GatewayError("invalid_request", message, { param: "status" });
  }
  if (userId === undefined || userId === asker.userId || coverage.kind === "all") return;
  if (coverage.teamIds.length > 0 || coverage.organizationIds.length > 0) return;
  throw new GatewayError("admin_only", "You can only list keys of your own.", {
    param: "user_id",
  });
}

function pageOf({ page, size }: { page: number; size: number }, total: number): JsonObject {
  return { total_count: total, current_page: page, total_pages: Math.ceil(total / size) };
}

async function fullRows(
  rows: readonly KeyRow[],
  withUsers: boolean,
  deps: AdminDeps,
): Promise<JsonObject[]> {
  const linked = rows.flatMap(({ settings }) => {
    const id = settings["budget_id"];
    return typeof id === "string" ? [id] : [];
  });
  const budgets = linked.length === 0 ? [] : await findBudgetRows(deps.db, linked);
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  const users = withUsers ? await usersOf(rows, deps) : undefined;
  return rows.map((row) => {
    const budget = byId.get(String(row.settings["budget_id"]));
    const shown = renderKeyRow(row, row.spendNanoUsd, deps, { budget });
    return users === undefined ? shown : { ...shown, user: users.get(row.userId ?? "") ?? null };
  });
}

async function usersOf(rows: readonly KeyRow[], deps: AdminDeps): Promise<Map<string, JsonObject>> {
  const ids = new Set(rows.flatMap((row) => row.userId ?? []));
  const found = await Promise.all([...ids].map((id) => findUserRow(deps.db, id)));
  return new Map(
    found.flatMap((user) =>
      user === undefined
        ? []
        : [
            [
              user.id,
              { user_id: user.id, user_email: user.email, user_alias: user.alias },
            ] as const,
          ],
    ),
  );
}
