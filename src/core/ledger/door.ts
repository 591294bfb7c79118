import { isAddressIn } from "../address.ts";
import type { Refusal, ReserveRequest, Visit } from "../ledger.ts";
import { mayCallRoute } from "../routes.ts";
import type { KeyPolicy } from "./policy.ts";
import type { AccountState, Scope } from "./state.ts";

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

/** Reasons to turn the key away here, or from there. */
export function closedRoute(
  { allowedRoutes, allowedAddresses }: KeyPolicy,
  { route, requesterIp }: Visit,
): Refusal | undefined {
  if (!mayCallRoute(allowedRoutes, route)) {
    return { reason: "route-denied", route, allowed: allowedRoutes };
  }
  // Where nobody says whence a call comes, it does not come from an address on the list.
  const isHome =
    allowedAddresses.length === 0 ||
    allowedAddresses.some((block) => requesterIp !== null && isAddressIn(requesterIp, block));
  return isHome ? undefined : { reason: "address-denied", requesterIp };
}

export function missingParameter(
  state: AccountState,
  { enforcedParameters, teamId }: KeyPolicy,
  { parameters }: ReserveRequest,
): Refusal | undefined {
  const own = enforcedParameters.find((name) => !parameters.includes(name));
  if (own !== undefined) return { reason: "parameter-missing", scope: "key", parameter: own };
  const team = teamId === null ? undefined : state.teams.get(teamId);
  const parameter = team?.enforcedParameters.find((name) => !parameters.includes(name));
  return parameter === undefined
    ? undefined
    : { reason: "parameter-missing", scope: "team", parameter };
}
