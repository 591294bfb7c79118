import { findBudgetRow, findBudgetRows } from "./budgets.ts";
import type { Database } from "./database.ts";
import type { BudgetRow } from "./schema/budgets.ts";
import type { KeyRow, TeamRow } from "./schema/identity.ts";

/** The shared budget a key, a team or a person is linked to (`budget_id`), if it is. */
export async function findLinkedBudget(
  db: Database,
  owner: Pick<KeyRow, "settings"> | undefined,
): Promise<BudgetRow | undefined> {
  const id = owner?.settings["budget_id"];
  return typeof id === "string" ? findBudgetRow(db, id) : undefined;
}

/** The shared budgets single members of a team are linked to, by the member's user id. */
export async function findMemberBudgets(
  db: Database,
  team: Pick<TeamRow, "members"> | undefined,
): Promise<Map<string, BudgetRow>> {
  const links = (team?.members ?? []).flatMap(({ user_id: userId, budget_id: id }) =>
    userId !== null && typeof id === "string" ? [{ userId, id }] : [],
  );
  if (links.length === 0) return new Map();
  const rows = await findBudgetRows(db, [...new Set(links.map((one) => one.id))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    links.flatMap(({ userId, id }) => {
      const row = byId.get(id);
      return row === undefined ? [] : [[userId, row] as const];
    }),
  );
}
