/**
 * The columns in which two versions of a row differ: two administrators who change different things
 * at the same time then do not undo each other.
 */
export function changedColumns<Row extends object>(before: Row, after: Row): Partial<Row> {
  const columns: Partial<Row> = {};
  for (const name in after) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) columns[name] = after[name];
  }
  return columns;
}
