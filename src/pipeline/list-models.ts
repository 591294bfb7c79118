import { findGroup } from "../core/plan.ts";
import { readGrant, visitOf } from "./check-access.ts";
import type { Deps } from "./deps.ts";
import { identify } from "./identify.ts";

/**
 * Names of the models the key in these headers may use: in the file's order, then the file's aliases,
 * then the key's own and its team's.
 */
export async function listModels(headers: Headers, deps: Deps, url?: string): Promise<string[]> {
  const caller = await identify(headers, deps, url);
  const { mayUse, aliases } = await readGrant(caller, visitOf(headers, "/v1/models"), deps);
  const { groups, aliases: nicknames, hiddenAliases } = deps.config;
  const shown = [...nicknames.keys()].filter((name) => !hiddenAliases.has(name));
  const names = new Set([...groups.keys(), ...shown, ...Object.keys(aliases)]);
  return [...names].filter((name) => {
    const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    const group = findGroup(alias?.model ?? name, deps.config);
    return group !== undefined && mayUse(name, group);
  });
}
