import { findOwnedKeyRows, type KeyFilter } from "../../platform/db/key-list.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import { removeKeys } from "./key-changes.ts";
import { renderKeyRow } from "./key-view.ts";
import type { AdminCall } from "./route.ts";

/** Deletes the keys of a team, a person, or a person in a team, and files each. */
export async function removeOwnedKeys(
  call: AdminCall,
  owner: Pick<KeyFilter, "teamId" | "userId">,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const rows = await findOwnedKeyRows(call.deps.db, owner);
    if (rows.length === 0) return removed;
    await removeKeys(rows, call.deps);
    for (const row of rows) fileRemoved(row, call);
    removed += rows.length;
  }
}

function fileRemoved(row: KeyRow, call: AdminCall): void {
  call.audit({
    action: "deleted",
    table: "LiteLLM_VerificationToken",
    id: row.hash,
    before: renderKeyRow(row, row.spendNanoUsd, call.deps),
    after: null,
  });
}
