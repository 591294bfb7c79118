import { and, eq, inArray, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { oneOf } from "./json-lists.ts";
import { auditLog } from "./schema/audit.ts";

/** Inserts what fits in; says of each row whether it did. One whose id or name is taken does not. */
export async function insertNewRows<Table extends SQLiteTable>(
  db: Database,
  table: Table,
  rows: readonly Table["$inferInsert"][],
): Promise<boolean[]> {
  const done = sql<number>`1`;
  const [first, ...others] = rows.map((row) =>
    db.insert(table).values(row).onConflictDoNothing().returning({ done }),
  );
  if (first === undefined) return [];
  const inserted = await db.batch([first, ...others]);
  return inserted.map((one) => one.length > 0);
}

/** Which of these were made here once, whatever became of them. */
export async function findIdsEverMade(
  db: Database,
  tableName: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectDistinct({ id: auditLog.objectId })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.tableName, tableName),
        inArray(auditLog.objectId, oneOf(ids)),
        eq(auditLog.action, "created"),
      ),
    )
    .all();
  return new Set(rows.map((row) => row.id));
}
