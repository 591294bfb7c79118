import type { ReserveRequest } from "../ledger.ts";
import { openLease } from "./apply.ts";
import { decide, type Decision } from "./decide.ts";
import { addToWindow, takeFromWindow } from "./rate-window.ts";
import { hold, release, type AccountState, type Lease } from "./state.ts";

/**
 * May a call that runs go on as another: at a model it falls back to, or at two deployments at once?
 * It is judged as if it came now and held nothing, so what it holds already counts for it and not
 * against it. Leaves everything as it was; `replaceLease` makes it so.
 */
export function decideAgain(
  state: AccountState,
  lease: Lease,
  request: ReserveRequest,
  nowMs: number,
): Decision {
  setAside(state, lease);
  try {
    const decision = decide(state, request, nowMs);
    if (decision.kind !== "admitted") return decision;
    const { admittedAtMs, pass } = lease;
    const deadlineMs = Math.max(lease.deadlineMs, decision.lease.deadlineMs);
    // The caller made one request, when it made it, and came in by the turnstiles it came in by.
    const next = { ...decision.lease, admittedAtMs, deadlineMs, ...(pass && { pass }) };
    return { kind: "admitted", lease: next };
  } finally {
    takeBack(state, lease);
  }
}

/** The call holds what the new lease says from now on, under its old id. */
export function replaceLease(state: AccountState, old: Lease, next: Lease): void {
  setAside(state, old);
  openLease(state, next);
}

function setAside(state: AccountState, lease: Lease): void {
  state.leases.delete(lease.id);
  for (const id of lease.scopes) {
    // A key deleted while its call ran is not counted any more.
    const counters = state.counters.get(id);
    if (counters === undefined) continue;
    release(counters, lease);
    takeFromWindow(counters.requests, lease.admittedAtMs, 1);
  }
}

function takeBack(state: AccountState, lease: Lease): void {
  for (const id of lease.scopes) {
    const counters = state.counters.get(id);
    if (counters === undefined) continue;
    hold(counters, lease);
    addToWindow(counters.requests, lease.admittedAtMs, 1);
  }
  state.leases.set(lease.id, lease);
}
