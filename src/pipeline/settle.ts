import type { Settlement } from "../core/ledger.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import { chargeFor, type Charge } from "./charge.ts";
import type { Deps } from "./deps.ts";
import { renewLease } from "./lease.ts";
import type { Outcome } from "./outcome.ts";
import type { Places } from "./places.ts";
import { completeRecord } from "./record.ts";

/** Ends the call's reservation and gives back its place, once. Further calls change nothing and return the first charge. */
export type Settle = (outcome: Outcome) => Charge;

/**
 * The account is told under `waitUntil`: the caller does not wait for it. Should the isolate die
 * first, the lease runs out and the account charges the reservation by itself.
 */
export function createSettle(
  call: Call,
  admitted: Admitted,
  places: Pick<Places, "close" | "last">,
  deps: Deps,
): Settle {
  let settled: Charge | undefined;
  const stopRenewing = renewLease(call, deps);
  return (outcome) => {
    if (settled !== undefined) return settled;
    stopRenewing();
    const charge = chargeFor(outcome, admitted);
    settled = charge;
    places.close({ outcome, charge });
    const settlement: Settlement = {
      leaseId: call.context.id,
      keyHash: call.caller.keyHash,
      costNanoUsd: charge.costNanoUsd,
      tokens: charge.usage.inputTokens + charge.usage.outputTokens,
      record: completeRecord(call, admitted, { outcome, charge, place: places.last() }, deps),
    };
    call.context.waitUntil(
      tellAccount(call.caller.accountId, settlement, deps).catch((cause: unknown) =>
        deps.noteFault(cause),
      ),
    );
    return charge;
  };
}

/**
 * An account that restarts, as all do when a new version is deployed, is back in a moment, and to be
 * told twice changes nothing for it; but a settlement it never hears of is charged the reservation.
 */
async function tellAccount(accountId: string, settlement: Settlement, deps: Deps): Promise<void> {
  for (const waitMs of TELL_AGAIN_MS) {
    try {
      return await deps.account(accountId).settle(settlement);
    } catch {
      await deps.sleep(waitMs);
    }
  }
  return deps.account(accountId).settle(settlement);
}

/** A restart takes milliseconds; beyond a second something else is wrong. */
const TELL_AGAIN_MS = [100, 1_000];
