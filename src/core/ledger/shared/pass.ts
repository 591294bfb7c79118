import type { AccountState, Lease, ScopeId } from "../state.ts";
import { hasRates, type SharedName } from "./terms.ts";
import type { Whereabouts } from "./turnstile.ts";

/** By which turnstiles a call came in, and what its tickets there say. Kept with its lease. */
export interface Pass {
  ticket: string;
  parties: SharedName[];
}

/** Who of these has to be asked about every call. Mostly nobody. */
export function ratedParties(state: AccountState, scopeIds: readonly ScopeId[]): SharedName[] {
  return scopeIds.flatMap((id) => {
    const policy = state.slices.get(id)?.policy;
    if (policy === undefined || !hasRates(policy)) return [];
    return [{ kind: policy.kind, id: policy.id }];
  });
}

/** After a call went on as another: its new ticket, and everybody who has to hear of its end. */
export function joinPasses(before: Pass | undefined, { ticket, parties }: Pass): Pass {
  const others = (before?.parties ?? []).filter(
    (one) => !parties.some(({ kind, id }) => kind === one.kind && id === one.id),
  );
  return { ticket, parties: [...parties, ...others] };
}

/** Until the turnstile asks about a call again whose lease is about to be closed by its account. */
const ASK_AGAIN_MS = 5_000;

/**
 * What an account says of a call it has let in, or asks a turnstile for at this moment. While it asks,
 * nobody can say which of its tickets will count.
 */
export function openWhereabouts(
  lease: Lease | undefined,
  isEntering: boolean,
  nowMs: number,
): Whereabouts | undefined {
  if (lease === undefined && !isEntering) return undefined;
  const askAtMs = Math.max(lease?.deadlineMs ?? 0, nowMs) + ASK_AGAIN_MS;
  const ticket = isEntering ? null : (lease?.pass?.ticket ?? null);
  return { kind: "open", ticket, askAtMs };
}
