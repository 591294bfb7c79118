/** LiteLLM's tables, in the order in which one counts on the other. */
export const IMPORTED_TABLES = [
  "budgets",
  "organizations",
  "users",
  "organization_memberships",
  "teams",
  "team_memberships",
  "keys",
  "customers",
  "tags",
] as const;

export type ImportedTable = (typeof IMPORTED_TABLES)[number];

/** What one call can write before it is too long. */
export const IMPORTED_ROWS_MAX = 500;

/** What became of one row. Nothing is dropped without a word: each row has one of these. */
export interface ImportResult {
  id: string;
  outcome: "imported" | "unchanged" | "refused";
  reason: string | null;
  /** What of the row is not here, or means something else here. */
  notes: string[];
}
