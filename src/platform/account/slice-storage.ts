import type { Slice } from "../../core/ledger/shared/borrower.ts";
import { parseStored } from "./stored-json.ts";

type SliceRow = { id: string; slice: string };

/** What was lent to this account, as the last commit left it. */
export function loadSlices(sql: SqlStorage): Map<string, Slice> {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS slices (id TEXT PRIMARY KEY, slice TEXT NOT NULL) WITHOUT ROWID",
  );
  const slices = new Map<string, Slice>();
  for (const { id, slice } of sql.exec<SliceRow>("SELECT * FROM slices")) {
    slices.set(id, parseStored<Slice>(slice));
  }
  return slices;
}

export function saveSlice(sql: SqlStorage, id: string, slice: Slice): void {
  sql.exec("INSERT OR REPLACE INTO slices (id, slice) VALUES (?, ?)", id, JSON.stringify(slice));
}

export function deleteSlice(sql: SqlStorage, id: string): void {
  sql.exec("DELETE FROM slices WHERE id = ?", id);
}
