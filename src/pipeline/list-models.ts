import { findGroup } from "../core/plan.ts";
import { readAccess } from "./check-access.ts";
import type { Deps } from "./deps.ts";
import { identify } from "./identify.ts";

/** Names of the models the key in these headers may use, aliases included, in the file's order. */
export async function listModels(headers: Headers, deps: Deps, url?: string): Promise<string[]> {
  const caller = await identify(headers, deps, url);
  const mayUse = await readAccess(caller, deps);
  const names = [...deps.config.groups.keys(), ...deps.config.aliases.keys()];
  return names.filter((name) => {
    const group = findGroup(name, deps.config);
    return group !== undefined && mayUse(group);
  });
}
