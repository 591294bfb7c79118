import type { Database } from "./database.ts";
import { customers, tags } from "./schema/budgets.ts";
import { organizations } from "./schema/organizations.ts";
import type { StoredKind } from "./shared-policies.ts";

const TABLES = {
  organization: { table: organizations, id: organizations.id },
  end_user: { table: customers, id: customers.id },
  tag: { table: tags, id: tags.name },
};

/** Did anybody ever make rules of this kind? */
export async function hasSharedRows(db: Database, kind: StoredKind): Promise<boolean> {
  const { table, id } = TABLES[kind];
  return (await db.select({ id }).from(table).limit(1).get()) !== undefined;
}
