import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { findAuditRow, listAuditRows } from "../../platform/db/audit.ts";
import { AUDIT_ACTIONS, type AuditRow } from "../../platform/db/schema/audit.ts";
import * as field from "./fields.ts";
import { renderTime } from "./render.ts";
import { readRoute, type AdminRoute } from "./route.ts";

const AuditQuery = z.object({
  changed_by: field.text.optional(),
  changed_by_api_key: field.text.optional(),
  action: z.enum(AUDIT_ACTIONS).optional(),
  table_name: field.text.optional(),
  object_id: field.text.optional(),
  start_date: field.queryTime,
  end_date: field.queryTime,
  page_size: field.pageNumber(50, 500),
  /** `next_page` of the page before. */
  after: field.cursor,
});

/** What administrators did. There is no route that changes or deletes an entry. */
export const auditRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/audit"],
    action: "audit.read",
    summary: "Who changed what, from what to what, when and from where; newest first.",
    query: AuditQuery,
    async answer({ deps, query }) {
      const filter = {
        changedBy: query.changed_by,
        changedByKey: query.changed_by_api_key,
        action: query.action,
        tableName: query.table_name,
        objectId: query.object_id,
        fromMs: query.start_date,
        toMs: query.end_date,
        after: query.after,
      };
      const rows = await listAuditRows(deps.db, filter, query.page_size);
      const last = rows.length < query.page_size ? undefined : rows.at(-1);
      return {
        audit_logs: rows.map(renderEntry),
        page_size: query.page_size,
        next_page: last === undefined ? null : field.writeCursor(last),
      };
    },
  }),
  readRoute({
    paths: ["/audit/:id"],
    action: "audit.read",
    summary: "One entry of the audit log.",
    query: z.object({}),
    async answer({ deps, params }) {
      const row = await findAuditRow(deps.db, params["id"] ?? "");
      if (row === undefined) throw new GatewayError("not_found", "No such entry of the audit log.");
      return renderEntry(row);
    },
  }),
];

/** LiteLLM's names, and where the change came from. */
function renderEntry(row: AuditRow): JsonObject {
  return {
    id: row.id,
    updated_at: renderTime(row.atMs),
    changed_by: row.changedBy,
    changed_by_api_key: row.changedByKey,
    changed_from: row.changedFrom,
    action: row.action,
    table_name: row.tableName,
    object_id: row.objectId,
    before_value: row.before,
    updated_values: row.after,
  };
}
