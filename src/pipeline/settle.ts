import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import { chargeFor, type Charge } from "./charge.ts";
import type { Deps } from "./deps.ts";
import { renewLease } from "./lease.ts";
import type { Outcome } from "./outcome.ts";
import { completeRecord } from "./record.ts";

/** Ends the call's reservation, once. Further calls change nothing and return the first charge. */
export type Settle = (outcome: Outcome) => Charge;

/**
 * The account is told under `waitUntil`: the caller does not wait for it. Should the isolate die
 * first, the lease runs out and the account charges the reservation by itself.
 */
export function createSettle(call: Call, admitted: Admitted, deps: Deps): Settle {
  let settled: Charge | undefined;
  const stopRenewing = renewLease(call, deps);
  return (outcome) => {
    if (settled !== undefined) return settled;
    stopRenewing();
    const charge = chargeFor(outcome, admitted);
    settled = charge;
    const record = completeRecord(call, admitted, outcome, charge, deps);
    call.context.waitUntil(
      deps.account(call.caller.accountId).settle({
        leaseId: call.context.id,
        keyHash: call.caller.keyHash,
        costNanoUsd: charge.costNanoUsd,
        tokens: charge.usage.inputTokens + charge.usage.outputTokens,
        record,
      }),
    );
    return charge;
  };
}
