import type { LenderState, Loan } from "../../core/ledger/shared/lender.ts";
import { parseStored } from "../account/stored-json.ts";

/** A row for the budget and one for each account that ever borrowed: an exchange writes one or two. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS budget (only INTEGER PRIMARY KEY, budget TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS loans (account_id TEXT PRIMARY KEY, loan TEXT NOT NULL) WITHOUT ROWID;
`;

type Budget = Omit<LenderState, "loans">;
type BudgetRow = { budget: string };
type LoanRow = { account_id: string; loan: string };

/** As the last commit left it; `undefined` when nobody ever asked for this budget. */
export function loadLender(sql: SqlStorage): LenderState | undefined {
  sql.exec(SCHEMA);
  const [row] = sql.exec<BudgetRow>("SELECT budget FROM budget");
  if (row === undefined) return undefined;
  const loans = new Map<string, Loan>();
  for (const { account_id: accountId, loan } of sql.exec<LoanRow>("SELECT * FROM loans")) {
    loans.set(accountId, parseStored<Loan>(loan));
  }
  return { ...parseStored<Budget>(row.budget), loans };
}

/** Writes what differs from what was written last; see `createLenderStorage`. */
export interface LenderStorage {
  save(state: LenderState): void;
}

export function createLenderStorage(
  sql: SqlStorage,
  loaded: LenderState | undefined,
): LenderStorage {
  let written = loaded === undefined ? "" : budgetText(loaded);
  const loansWritten = new Map<string, string>();
  for (const [id, loan] of loaded?.loans ?? []) loansWritten.set(id, JSON.stringify(loan));

  function saveLoan(accountId: string, loan: Loan): void {
    const text = JSON.stringify(loan);
    if (loansWritten.get(accountId) === text) return;
    sql.exec("INSERT OR REPLACE INTO loans (account_id, loan) VALUES (?, ?)", accountId, text);
    loansWritten.set(accountId, text);
  }

  return {
    save(state) {
      const text = budgetText(state);
      if (text !== written) sql.exec("INSERT OR REPLACE INTO budget VALUES (1, ?)", text);
      written = text;
      for (const [accountId, loan] of state.loans) saveLoan(accountId, loan);
    },
  };
}

function budgetText({ loans: _, ...budget }: LenderState): string {
  return JSON.stringify(budget satisfies Budget);
}
