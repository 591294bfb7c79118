import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { KeyRouter, ReadKeyRouter, RouterSettings } from "./deployment.ts";
import { readFallbacks, type FindGroupName } from "./fallbacks.ts";
import { pathOf, type Report } from "./problem.ts";
import { keyRouterSettings } from "./router-schema.ts";
import { readRouterSettings } from "./router-settings.ts";
import type { ConfigFile } from "./schema.ts";

/**
 * Reads `router_settings` of keys and teams on top of the file's. Who wrote them was told what is
 * wrong with them; the file may have changed since, and then what still makes sense counts.
 */
export function keyRouterReader(
  file: ConfigFile,
  router: RouterSettings,
  findName: FindGroupName,
): ReadKeyRouter {
  const known = new Map<string, KeyRouter>();
  return (own) => {
    const text = JSON.stringify(own);
    const before = known.get(text);
    if (before !== undefined) return before;
    const read = readKeyRouter(own, file, router, findName);
    known.set(text, read);
    const [oldest] = known.keys();
    if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
    return read;
  };
}

/** Most keys have none, and those of one team the same. */
const KNOWN_MAX = 200;

function readKeyRouter(
  own: JsonObject,
  file: ConfigFile,
  router: RouterSettings,
  findName: FindGroupName,
): KeyRouter {
  const parsed = keyRouterSettings.safeParse(own);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: pathOf(["router_settings", ...path]),
      message,
    }));
    return { router, problems };
  }
  const report: Report = { problems: [], warnings: [] };
  const merged = { ...file, router_settings: { ...file.router_settings, ...parsed.data } };
  const fallbacks = readFallbacks(merged, findName, report);
  const read = readRouterSettings(merged, fallbacks, report);
  // Its own strategy is for all it calls.
  const isOwn = parsed.data.routing_strategy !== undefined;
  const groupStrategies = isOwn ? new Map() : router.groupStrategies;
  return { router: { ...read, groupStrategies }, problems: report.problems };
}

/**
 * What of some `router_settings` is decided call by call. The rest of LiteLLM's words are about
 * deployments, which all keys share. `null` is as good as nothing.
 */
export function ownRouterSettings(written: Json | undefined): JsonObject | undefined {
  const entries = Object.entries(isJsonObject(written) ? written : {}).filter(
    ([name, value]) => value !== null && OWN_NAMES.has(name),
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const OWN_NAMES: ReadonlySet<string> = new Set(Object.keys(keyRouterSettings.shape));
