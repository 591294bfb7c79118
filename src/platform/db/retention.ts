/** How much one run may remove. */
export interface RetentionLimits {
  rowsPerBatch: number;
  batchesMax: number;
}

/**
 * Removes calls older than a moment, the oldest first, a batch at a time; says how many. Their money
 * stays in the sums, which no trigger takes back.
 */
export async function deleteRequestsBefore(
  db: D1Database,
  beforeMs: number,
  { rowsPerBatch, batchesMax }: RetentionLimits,
): Promise<number> {
  const statement = db.prepare(
    `DELETE FROM requests WHERE rowid IN (
       SELECT rowid FROM requests WHERE started_at_ms < ?1 ORDER BY started_at_ms LIMIT ?2
     )`,
  );
  let removed = 0;
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const { meta } = await statement.bind(beforeMs, rowsPerBatch).run();
    removed += meta.changes;
    if (meta.changes < rowsPerBatch) break;
  }
  return removed;
}
