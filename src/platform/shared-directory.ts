import { drizzle } from "drizzle-orm/d1";
import type { SharedName, SharedPolicy } from "../core/ledger/shared/terms.ts";
import { hasSharedRows } from "./db/shared-budgets.ts";
import { findSharedRow, sharedPolicyOf, type StoredKind } from "./db/shared-policies.ts";
import { createMemory } from "./memory.ts";

/** Where it is written which shared budgets exist. */
export interface SharedDirectory {
  find(name: SharedName): Promise<FoundShared | undefined>;
}

export interface FoundShared {
  policy: SharedPolicy;
  /** As far as the database knows it. */
  spentNanoUsd: number;
}

/** The database for what administrators make, the configuration for the one that is everybody's. */
export function createSharedDirectory(
  database: D1Database,
  global: SharedPolicy | undefined,
): SharedDirectory {
  const db = drizzle(database);
  // Where nobody made customers or tags, their names cost one question a minute and not one each.
  const existence = createMemory((kind: StoredKind) => hasSharedRows(db, kind), String, Date.now);
  return {
    async find({ kind, id }) {
      if (kind === "global") {
        return global === undefined ? undefined : { policy: global, spentNanoUsd: 0 };
      }
      if (!(await existence.recall(kind))) return undefined;
      const found = await findSharedRow(db, kind, id);
      if (found === undefined) return undefined;
      return { policy: sharedPolicyOf(found), spentNanoUsd: found.row.spendNanoUsd };
    },
  };
}
