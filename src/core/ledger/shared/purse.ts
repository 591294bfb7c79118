import type { Region } from "../../routing/region.ts";
import { createCounters } from "../counters.ts";
import type { Purse } from "../money.ts";
import { NO_LIMITS, type KeyPolicy } from "../policy.ts";
import type { AccountState, Scope } from "../state.ts";
import { booksOf, restOf } from "./borrower.ts";
import { sharedId, type SharedName } from "./terms.ts";

export const NO_ATTRIBUTION = { endUser: null, tags: [] };

/** Which shared budgets a call would be charged to, if they exist. */
export function sharedNamesOf(
  state: AccountState,
  key: KeyPolicy,
  call: { endUser: string | null; tags: readonly string[] },
): SharedName[] {
  const team = key.teamId === null ? undefined : state.teams.get(key.teamId);
  const organizationId = key.organizationId ?? team?.organizationId ?? null;
  const tags = [...new Set([...key.tags, ...call.tags])];
  const names: SharedName[] = tags.map((id) => ({ kind: "tag", id }));
  if (organizationId !== null) names.push({ kind: "organization", id: organizationId });
  if (call.endUser !== null) names.push({ kind: "end_user", id: call.endUser });
  names.push({ kind: "global", id: "" });
  return names;
}

/** The parties behind the slices this account has of them. Their money is in `sharedPurses`. */
export function sharedScopes(state: AccountState, names: readonly SharedName[]): Scope[] {
  return names.flatMap((one) => {
    const id = sharedId(one);
    const policy = state.slices.get(id)?.policy;
    if (policy === undefined) return [];
    const { kind, name, models, blocked } = policy;
    return [{ kind, id, name, model: null, models, limits: NO_LIMITS, blocked }];
  });
}

/** Where the parties of a call let its prompt be read. */
export function regionsOf(state: AccountState, scopeIds: readonly string[]): Region[] {
  return scopeIds.flatMap((id) => state.slices.get(id)?.policy.region ?? []);
}

/**
 * The slices as budgets: what is spent is what everybody spent, as far as this account was told, and
 * what is not lent to it counts as held. So what is left is what is left of the slice, and a call the
 * whole budget cannot pay is told so at once.
 */
export function sharedPurses(state: AccountState, ids: readonly string[], nowMs: number): Purse[] {
  return ids.flatMap((id) => {
    const slice = state.slices.get(id);
    const budget = slice?.policy.budget ?? null;
    if (slice === undefined || budget === null) return [];
    const counters = state.counters.get(id) ?? createCounters(0);
    const books = booksOf(slice, counters, nowMs, state.timeZone);
    const { limitNanoUsd, duration } = budget;
    const spentNanoUsd = books.othersSpentNanoUsd + books.spentNanoUsd;
    const elsewhere = limitNanoUsd - spentNanoUsd - restOf(books);
    const { kind: scope, name } = slice.policy;
    return [
      {
        scope,
        name,
        model: null,
        limitNanoUsd,
        spentNanoUsd,
        heldNanoUsd: Math.max(elsewhere, 0),
        duration,
        resetAtMs: books.window.endMs,
      },
    ];
  });
}
