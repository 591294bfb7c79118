import { environment } from "./environment.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { asArray, asObject } from "./json.ts";
import type { Behaviour, Match } from "./script.ts";
import type { Upstream } from "./upstream.ts";

/**
 * The same controls over HTTP, for clients driven by hand:
 *
 *   POST /control/script   {"match": {…}, "behaviours": [{…}], "sticky": false}
 *   POST /control/reset
 *   GET  /control/requests
 *   GET  /control/environment
 */
export function control(exchange: Exchange, upstream: Upstream): Reply | undefined {
  if (!exchange.path.startsWith("/control/")) return undefined;
  switch (`${exchange.method} ${exchange.path.slice("/control/".length)}`) {
    case "POST script": {
      const wish = asObject(exchange.body);
      const match: Match = asObject(wish["match"]);
      const behaviours: Behaviour[] = asArray(wish["behaviours"]).map(asObject);
      upstream.script(match, behaviours, { sticky: wish["sticky"] === true });
      return jsonReply(200, { behaviours: behaviours.length });
    }
    case "POST reset":
      upstream.reset();
      return jsonReply(200, {});
    case "GET requests":
      return jsonReply(
        200,
        upstream.requests.map((request) => ({
          ...request,
          rawBody: request.rawBody.toString("base64"),
        })),
      );
    case "GET environment":
      return jsonReply(200, environment(upstream));
    default:
      return jsonReply(404, { error: "see test/upstream/control.ts" });
  }
}
