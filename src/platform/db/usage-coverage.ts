import { inArray, or, sql, type SQL } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Coverage } from "../../core/roles.ts";

/** Where a table keeps whose a row is. Sums that name no organization or person are found by their key. */
export interface OwnerColumns {
  keyHash: AnySQLiteColumn;
  teamId: AnySQLiteColumn;
  userId?: AnySQLiteColumn;
  organizationId?: AnySQLiteColumn;
}

/** As `covers` in `core/roles.ts`, in SQL; `undefined` when everything is covered. */
export function coveredRows(columns: OwnerColumns, coverage: Coverage): SQL | undefined {
  if (coverage.kind === "all") return undefined;
  const { organizationIds, teamIds, userId, keyHash } = coverage;
  return or(
    isOneOf(columns.teamId, teamIds),
    inOrganizations(columns, organizationIds),
    userId === null ? undefined : ofPerson(columns, userId),
    keyHash === null ? undefined : sql`${columns.keyHash} = ${keyHash}`,
  );
}

function inOrganizations(columns: OwnerColumns, organizationIds: readonly string[]) {
  if (organizationIds.length === 0) return undefined;
  if (columns.organizationId !== undefined) return isOneOf(columns.organizationId, organizationIds);
  const ids = JSON.stringify(organizationIds);
  return or(
    sql`${columns.teamId} IN (SELECT id FROM teams WHERE organization_id IN (SELECT value FROM json_each(${ids})))`,
    sql`${columns.keyHash} IN (SELECT hash FROM keys WHERE organization_id IN (SELECT value FROM json_each(${ids})))`,
  );
}

function ofPerson({ keyHash, userId }: OwnerColumns, person: string): SQL {
  if (userId !== undefined) return sql`${userId} = ${person}`;
  return sql`${keyHash} IN (SELECT hash FROM keys WHERE user_id = ${person})`;
}

/** One bound parameter for any number of values: D1 allows only a hundred. */
export function isOneOf(column: AnySQLiteColumn, values: readonly string[]): SQL {
  return inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
}
