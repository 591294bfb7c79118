import { desc } from "drizzle-orm";
import type { Database } from "./database.ts";
import { healthChecks, type HealthCheckRow } from "./schema/settings.ts";

/** Each takes the place of the one before it. */
export async function putHealthCheckRows(
  db: Database,
  rows: readonly HealthCheckRow[],
): Promise<void> {
  const [first, ...others] = rows.map((row) => {
    const { deploymentId: _, ...set } = row;
    return db
      .insert(healthChecks)
      .values(row)
      .onConflictDoUpdate({ target: healthChecks.deploymentId, set });
  });
  if (first !== undefined) await db.batch([first, ...others]);
}

/** Newest first. */
export async function listHealthCheckRows(db: Database): Promise<HealthCheckRow[]> {
  return db.select().from(healthChecks).orderBy(desc(healthChecks.checkedAtMs)).all();
}
