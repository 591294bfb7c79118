import type { RecordsMessage } from "../core/record.ts";

/** What the account object needs of the Worker's bindings (wrangler.toml). */
export interface AccountEnv {
  /** Policies of keys the account has not met yet. */
  DB: D1Database;
  /** Its own namespace, to tell its own name from another's. */
  ACCOUNT: DurableObjectNamespace;
  RECORDS: Queue<RecordsMessage>;
  /** Budgets it shares with other accounts. */
  SHARED_BUDGET: DurableObjectNamespace;
  /** Set by `npm start`, whose queue forgets what it holds when the process is killed. */
  SEKISHO_LOCAL?: string;
}

/** What a shared budget needs of them. */
export interface SharedEnv {
  /** Its policy, when nobody has told it yet. */
  DB: D1Database;
  /** Who borrows. */
  ACCOUNT: DurableObjectNamespace;
}
