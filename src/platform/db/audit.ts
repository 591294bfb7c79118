import { and, desc, eq, gte, lt, lte, or, type SQL } from "drizzle-orm";
import type { Database } from "./database.ts";
import { auditLog, type AuditAction, type AuditRow } from "./schema/audit.ts";

export async function insertAuditRows(db: Database, rows: readonly AuditRow[]): Promise<void> {
  const [first, ...others] = rows.map((row) => db.insert(auditLog).values(row));
  if (first !== undefined) await db.batch([first, ...others]);
}

/** Undefined fields do not restrict. */
export interface AuditFilter {
  changedBy?: string | undefined;
  changedByKey?: string | undefined;
  action?: AuditAction | undefined;
  tableName?: string | undefined;
  objectId?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** The last row of the page before. */
  after?: { atMs: number; id: string } | undefined;
}

/** Newest first. Pages are keyed by the last row seen, so that no page costs more than the first. */
export async function listAuditRows(
  db: Database,
  filter: AuditFilter,
  size: number,
): Promise<AuditRow[]> {
  return db
    .select()
    .from(auditLog)
    .where(conditionOf(filter))
    .orderBy(desc(auditLog.atMs), desc(auditLog.id))
    .limit(size)
    .all();
}

export async function findAuditRow(db: Database, id: string): Promise<AuditRow | undefined> {
  return db.select().from(auditLog).where(eq(auditLog.id, id)).get();
}

function conditionOf(filter: AuditFilter): SQL | undefined {
  const { changedBy, changedByKey, action, tableName, objectId, fromMs, toMs, after } = filter;
  return and(
    changedBy === undefined ? undefined : eq(auditLog.changedBy, changedBy),
    changedByKey === undefined ? undefined : eq(auditLog.changedByKey, changedByKey),
    action === undefined ? undefined : eq(auditLog.action, action),
    tableName === undefined ? undefined : eq(auditLog.tableName, tableName),
    objectId === undefined ? undefined : eq(auditLog.objectId, objectId),
    fromMs === undefined ? undefined : gte(auditLog.atMs, fromMs),
    toMs === undefined ? undefined : lte(auditLog.atMs, toMs),
    after === undefined
      ? undefined
      : or(
          lt(auditLog.atMs, after.atMs),
          and(eq(auditLog.atMs, after.atMs), lt(auditLog.id, after.id)),
        ),
  );
}
