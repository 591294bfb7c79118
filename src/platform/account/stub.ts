import type { AccountManagement } from "../../core/ledger/policy.ts";
import type { AccountLedger, AccountWitness } from "../../core/ledger.ts";

/** An account as the rest of the gateway sees it. */
export type AccountStub = AccountLedger & AccountWitness & AccountManagement;

/** The account of this id, wherever it lives. Nothing travels until a method is called. */
export function accountStub(
  namespace: Pick<DurableObjectNamespace, "getByName">,
  accountId: string,
): AccountStub {
  const stub: unknown = namespace.getByName(accountId);
  // `Account` implements both interfaces and every argument and result is plain data, which RPC
  // copies. The platform's own mapped type says the same but loses itself in recursive JSON types.
  return stub as AccountStub;
}
