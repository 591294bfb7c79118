import { closedList, type ModelAlias } from "../access.ts";
import type { BudgetRefusal, Refusal, ReserveRequest } from "../ledger.ts";
import { aliasOf, modelNames } from "./aliases.ts";
import { closedDoor, closedRoute, missingParameter } from "./door.ts";
import { pursesOf, shortestAnswer, weighMoney, type Purse } from "./money.ts";
import type { KeyPolicy } from "./policy.ts";
import { brokenRate } from "./rates.ts";
import { sharedNamesOf, sharedPurses, sharedScopes } from "./shared/purse.ts";
import { findOpenKey } from "./rotation.ts";
import { scopesOf, type AccountState, type Lease, type Scope } from "./state.ts";

export type Decision =
  | { kind: "admitted"; lease: Lease }
  | { kind: "refused"; refusal: Refusal }
  /** Another model is meant than the one that was looked up. */
  | { kind: "aliased"; model: string }
  /** Worth asking again when a call settles; the refusal is for when patience runs out. */
  | { kind: "wait"; refusal: Refusal };

/**
 * May this call be made now? Looks at everything that applies and changes nothing, so a refused call
 * consumes nothing. Whoever asked makes an admitted lease durable and then opens it.
 */
export function decide(state: AccountState, request: ReserveRequest, nowMs: number): Decision {
  const key = findOpenKey(state, request.keyHash, nowMs);
  if (key === undefined) return refused({ reason: "unknown-key" });
  const scopes = scopesOfCall(state, key, request);
  const door = closedDoor(state, key, scopes, nowMs) ?? closedRoute(key, request);
  if (door !== undefined) return refused(door);
  const alias = aliasOf(state, key, request.modelAsked);
  const meant = alias?.model ?? request.modelAsked;
  if (meant !== request.modelMeant) return { kind: "aliased", model: meant };
  const denied = deniedModel(scopes, alias, request) ?? missingParameter(state, key, request);
  if (denied !== undefined) return refused(denied);
  return weigh(state, key, scopes, request, nowMs);
}

/** Everybody who has a say in this call. */
export function scopesOfCall(
  state: AccountState,
  key: KeyPolicy,
  request: ReserveRequest,
): Scope[] {
  const sharing = sharedScopes(state, sharedNamesOf(state, key, request));
  return [...scopesOf(state, key, modelNames(request)), ...sharing];
}

/** All budgets of these parties, shared ones included. */
export function pursesOfCall(
  state: AccountState,
  scopes: readonly Scope[],
  nowMs: number,
): Purse[] {
  const ids = scopes.map((scope) => scope.id);
  return [...pursesOf(state, scopes, nowMs), ...sharedPurses(state, ids, nowMs)];
}

function weigh(
  state: AccountState,
  key: KeyPolicy,
  scopes: readonly Scope[],
  request: ReserveRequest,
  nowMs: number,
): Decision {
  const { bound } = request;
  const tokensMin = shortestAnswer(bound, key.allowsClamping || request.allowsClamping);
  const money = weighMoney(pursesOfCall(state, scopes, nowMs), bound, tokensMin);
  if (money.kind === "never") return refused(budgetRefusal("budget", money.refusal));
  const rate = brokenRate(state, scopes, bound.tokens, nowMs);
  if (rate !== undefined) return refused({ reason: "rate-limit", ...rate });
  if (money.kind === "wait") {
    return { kind: "wait", refusal: budgetRefusal("budget-in-flight", money.refusal) };
  }
  return { kind: "admitted", lease: leaseFor(request, key.hash, scopes, money, nowMs) };
}

function deniedModel(
  scopes: readonly Scope[],
  alias: ModelAlias | undefined,
  { modelAsked: asked, model: serving, accessModel: model = serving, accessGroups }: ReserveRequest,
): Refusal | undefined {
  const lists = scopes.map(({ kind: scope, models }) => ({ scope, models }));
  const closed = closedList(lists, { asked, model, accessGroups, alias });
  if (closed === undefined) return undefined;
  return { reason: "model-denied", scope: closed.scope, allowed: [...closed.models] };
}

function leaseFor(
  request: ReserveRequest,
  keyHash: string,
  scopes: readonly Scope[],
  money: { heldNanoUsd: number; outputTokensMax: number },
  nowMs: number,
): Lease {
  return {
    id: request.leaseId,
    keyHash,
    models: modelNames(request),
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
