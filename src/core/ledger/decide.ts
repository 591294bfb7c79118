import { mayUseModel } from "../access.ts";
import type { BudgetRefusal, Refusal, ReserveRequest } from "../ledger.ts";
import { weighMoney } from "./money.ts";
import type { KeyPolicy } from "./policy.ts";
import { brokenRate } from "./rates.ts";
import { findKeyPolicy, scopesOf, type AccountState, type Lease, type Scope } from "./state.ts";

export type Decision =
  | { kind: "admitted"; lease: Lease }
  | { kind: "refused"; refusal: Refusal }
  /** Worth asking again when a call settles; the refusal is for when patience runs out. */
  | { kind: "wait"; refusal: Refusal };

/**
 * May this call be made now? Looks at everything that applies and changes nothing, so a refused call
 * consumes nothing. Whoever asked makes an admitted lease durable and then opens it.
 */
export function decide(state: AccountState, request: ReserveRequest, nowMs: number): Decision {
  const key = findKeyPolicy(state, request.keyHash);
  if (key === undefined) return refused({ reason: "unknown-key" });
  const scopes = scopesOf(state, key);
  const denied = denial(state, key, scopes, request, nowMs);
  if (denied !== undefined) return refused(denied);
  const money = weighMoney(state, scopes, request.bound, nowMs);
  if (money.kind === "never") return refused(budgetRefusal("budget", money.refusal));
  const rate = brokenRate(state, scopes, request.bound.tokens, nowMs);
  if (rate !== undefined) return refused({ reason: "rate-limit", ...rate });
  if (money.kind === "wait") {
    return { kind: "wait", refusal: budgetRefusal("budget-in-flight", money.refusal) };
  }
  return { kind: "admitted", lease: leaseFor(request, scopes, money, nowMs) };
}

function denial(
  state: AccountState,
  key: KeyPolicy,
  scopes: readonly Scope[],
  { model, accessGroups }: ReserveRequest,
  nowMs: number,
): Refusal | undefined {
  const door = closedDoor(state, key, scopes, nowMs);
  if (door !== undefined) return door;
  const closed = scopes.find((scope) => !mayUseModel(scope.models, model, accessGroups));
  if (closed === undefined) return undefined;
  return { reason: "model-denied", scope: closed.kind, allowed: [...closed.models] };
}

/** Reasons to turn the key away whatever it asks for. */
export function closedDoor(
  state: AccountState,
  { expiresAtMs, teamId }: KeyPolicy,
  scopes: readonly Scope[],
  nowMs: number,
): Refusal | undefined {
  if (expiresAtMs !== null && nowMs >= expiresAtMs) {
    return { reason: "expired", expiredAtMs: expiresAtMs };
  }
  const blocked = scopes.find((scope) => scope.blocked);
  if (blocked !== undefined) {
    return { reason: "blocked", scope: blocked.kind, name: blocked.name };
  }
  // A team that is gone limits nobody, and a key nobody limits is not what its maker asked for.
  return teamId !== null && !state.teams.has(teamId)
    ? { reason: "blocked", scope: "team", name: teamId }
    : undefined;
}

function leaseFor(
  request: ReserveRequest,
  scopes: readonly Scope[],
  money: { heldNanoUsd: number; outputTokensMax: number },
  nowMs: number,
): Lease {
  return {
    id: request.leaseId,
    keyHash: request.keyHash,
    scopes: scopes.map((scope) => scope.id),
    heldNanoUsd: money.heldNanoUsd,
    inputNanoUsd: request.bound.inputNanoUsd,
    outputTokensMax: money.outputTokensMax,
    tokens: request.bound.tokens,
    admittedAtMs: nowMs,
    deadlineMs: request.deadlineMs,
  };
}

function refused(refusal: Refusal): Decision {
  return { kind: "refused", refusal };
}

function budgetRefusal(reason: "budget" | "budget-in-flight", refusal: BudgetRefusal): Refusal {
  return { reason, ...refusal };
}
