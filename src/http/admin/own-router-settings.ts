import { ownRouterSettings } from "../../core/config/key-router.ts";
import { ROUTER_SETTINGS } from "../../core/config/known-settings.ts";
import type { GatewayConfig } from "../../core/config/deployment.ts";
import { GatewayError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";

/**
 * What makes no sense in the `router_settings` of a key or a team is said when they are written:
 * a fallback that is not there, a circle, a word nobody knows.
 */
export function refuseUnsoundRouter(
  settings: JsonObject,
  config: Pick<GatewayConfig, "routerFor">,
): void {
  const { router_settings: written } = settings;
  if (!isJsonObject(written)) return;
  const [unknown] = Object.keys(written).filter((name) => !isKnown(name));
  if (unknown !== undefined) throw unsound(`router_settings.${unknown}: is no such setting`);
  const own = ownRouterSettings(written);
  const problems = own === undefined ? [] : config.routerFor(own).problems;
  if (problems.length === 0) return;
  throw unsound(problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
}

function isKnown(name: string): boolean {
  return ROUTER_SETTINGS.acted.has(name) || ROUTER_SETTINGS.later.has(name);
}

function unsound(message: string): GatewayError {
  return new GatewayError("invalid_request", message, { param: "router_settings" });
}
