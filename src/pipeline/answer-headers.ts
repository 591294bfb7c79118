import { usdFromNano } from "../core/money.ts";
import type { Charge } from "./charge.ts";
import { rateHeadersOf } from "./rate-headers.ts";
import type { Relay } from "./relaying.ts";
import { allowedHeaders, MESSAGES_ROUTE } from "./unified-headers.ts";

/**
 * The headers of an answer. `charge` is known before a whole answer leaves, and not before a stream
 * does. Nothing of the upstream's own headers is repeated but what names its request: the rest
 * describes our account with the vendor, not the caller's with us.
 */
export function answerHeaders(work: Relay, charge?: Charge): Headers {
  const { call, answered, admitted } = work;
  const { deployment, answer, attempts, attemptsMax, dropped, place, fallbacks = 0 } = answered;
  const { key } = admitted.admission;
  const headers = new Headers({
    "content-type": charge === undefined ? call.dialect.framing.contentType : "application/json",
    "cache-control": "no-cache",
    "x-litellm-call-id": call.context.id,
    "x-litellm-model-id": deployment.id,
    "x-litellm-model-group": call.envelope.model,
    "x-litellm-attempted-retries": String(attempts - 1),
    "x-litellm-attempted-fallbacks": String(fallbacks),
    "x-litellm-max-fallbacks": String(call.terms.router.fallbacks.max),
    "x-litellm-max-retries": String(attemptsMax - 1),
    "x-sekisho-route": place.reason,
    "x-litellm-version": LITELLM_VERSION,
    "x-litellm-key-spend": String(usdFromNano(key.spendNanoUsd + (charge?.costNanoUsd ?? 0))),
  });
  if (charge === undefined && call.dialect.framing.name === "json-array") {
    // Proxies compress JSON, and hold a stream of it back until there is enough to compress.
    headers.set("cache-control", "no-cache, no-transform");
    headers.set("content-encoding", "identity");
  }
  const region = deployment.connection.aws_region_name ?? deployment.connection.vertex_location;
  if (region !== undefined) headers.set("x-litellm-model-region", region);
  if (key.maxBudgetNanoUsd !== null) {
    headers.set("x-litellm-key-max-budget", String(usdFromNano(key.maxBudgetNanoUsd)));
  }
  if (charge !== undefined) setCost(headers, charge);
  if (admitted.outputTokensMax !== undefined) {
    headers.set("x-sekisho-clamped-max-tokens", String(admitted.outputTokensMax));
  }
  if (dropped.length > 0) headers.set("x-sekisho-dropped-params", dropped.join(","));
  const vendorId = answer.headers.get("request-id") ?? answer.headers.get("x-amzn-requestid");
  if (vendorId !== null) headers.set("request-id", vendorId);
  if (call.dialect.framing.name === "event-stream") {
    headers.set("x-amzn-requestid", call.context.id);
  }
  for (const { scope, model, unit, limit } of key.limits) {
    if (scope !== "key" || model !== null || unit === "parallel") continue;
    headers.set(`x-litellm-key-${unit === "requests" ? "rpm" : "tpm"}-limit`, String(limit));
  }
  const limits = rateHeadersOf(key.limits, key.teamId !== null);
  const caps = call.route.path === MESSAGES_ROUTE ? allowedHeaders(key.budgets) : {};
  for (const [name, value] of Object.entries({ ...limits, ...caps })) headers.set(name, value);
  return headers;
}

/** The release of LiteLLM whose contract is followed; scripts compare it to choose behaviour. */
const LITELLM_VERSION = "1.94.0";

function setCost(headers: Headers, charge: Charge): void {
  headers.set("x-litellm-response-cost", String(usdFromNano(charge.costNanoUsd)));
  headers.set("x-litellm-response-cost-input", String(usdFromNano(charge.cost.input)));
  headers.set("x-litellm-response-cost-output", String(usdFromNano(charge.cost.output)));
  headers.set("x-litellm-response-cost-cache-read", String(usdFromNano(charge.cost.cacheRead)));
  headers.set(
    "x-litellm-response-cost-cache-creation",
    String(usdFromNano(charge.cost.cacheWrite)),
  );
}
