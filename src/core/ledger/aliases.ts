import type { ModelAlias } from "../access.ts";
import type { ReserveRequest } from "../ledger.ts";
import type { KeyPolicy } from "./policy.ts";
import type { AccountState } from "./state.ts";

/** What a name stands for with this key: its own word first, then its team's. */
export function aliasOf(state: AccountState, key: KeyPolicy, name: string): ModelAlias | undefined {
  const own = find(key.aliases, name);
  if (own !== undefined) return { scope: "key", model: own };
  const teams = find(teamAliases(state, key), name);
  return teams === undefined ? undefined : { scope: "team", model: teams };
}

export function aliasesOf(state: AccountState, key: KeyPolicy): Record<string, ModelAlias> {
  const entries = (scope: ModelAlias["scope"], aliases: Record<string, string>) =>
    Object.entries(aliases).map(([name, model]) => [name, { scope, model }] as const);
  return Object.fromEntries([
    ...entries("team", teamAliases(state, key)),
    ...entries("key", key.aliases),
  ]);
}

/** A limit may be set for what the caller says or for what serves it. */
export function modelNames({
  modelAsked,
  model,
}: Pick<ReserveRequest, "model" | "modelAsked">): string[] {
  return modelAsked === model ? [model] : [modelAsked, model];
}

function teamAliases(state: AccountState, { teamId }: KeyPolicy): Record<string, string> {
  return (teamId === null ? undefined : state.teams.get(teamId)?.aliases) ?? {};
}

function find(aliases: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}
