import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";

/** A call whose isolate died is resolved within two minutes, the alarm's own delay included. */
export const LEASE_MS = 100_000;
/** Two renewals may be lost before a lease is. */
const RENEW_MS = 30_000;

/**
 * Keeps the call's reservation, and its places at deployments, alive until it is told to stop. A stream
 * may run for an hour, but its lease lives only a little longer than the isolate that works under it.
 */
export function renewLease(call: Call, deps: Deps): () => void {
  const timer = setInterval(() => {
    const renewal = deps
      .account(call.caller.accountId)
      .extend(call.context.id, deps.nowMs() + LEASE_MS)
      // The next renewal comes in time; should all fail, the account is down and charges the hold.
      .catch(() => undefined);
    call.context.waitUntil(renewal);
    call.context.waitUntil(renewPlaces(call, deps).catch(() => undefined));
  }, RENEW_MS);
  return () => clearInterval(timer);
}

/** Where the call is now: what it held at other models was given back when it went on. */
function renewPlaces({ group, context }: Call, deps: Deps): Promise<void> {
  return deps.chooserFor(group, deps.config).renew({ callId: context.id, group: group.name });
}
