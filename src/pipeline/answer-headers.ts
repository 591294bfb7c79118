import { usdFromNano } from "../core/money.ts";
import type { RateStanding } from "../core/ledger.ts";
import type { Charge } from "./charge.ts";
import type { Relay } from "./relaying.ts";

/**
 * The headers of an answer. `charge` is known before a whole answer leaves, and not before a stream
 * does. Nothing of the upstream's own headers is repeated but what names its request: the rest
 * describes our account with the vendor, not the caller's with us.
 */
export function answerHeaders(work: Relay, charge?: Charge): Headers {
  const { call, answered, admitted } = work;
  const { deployment, answer, attempts, dropped } = answered;
  const { key } = admitted.admission;
  const headers = new Headers({
    "content-type": charge === undefined ? call.dialect.framing.contentType : "application/json",
    "cache-control": "no-cache",
    "x-litellm-call-id": call.context.id,
    "x-litellm-model-id": deployment.id,
    "x-litellm-model-group": call.envelope.model,
    "x-litellm-attempted-retries": String(attempts - 1),
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
  if (dropped.length > 0) headers.set("x-sekisho-dropped-params", dropped.join(","));
  const vendorId = answer.headers.get("request-id") ?? answer.headers.get("x-amzn-requestid");
  if (vendorId !== null) headers.set("request-id", vendorId);
  if (call.dialect.framing.name === "event-stream") {
    headers.set("x-amzn-requestid", call.context.id);
  }
  for (const [name, value] of rateHeaders(key.limits)) headers.set(name, value);
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

const SCOPE_WORD = { key: "api_key", team: "team", user: "user" } as const;

/** The key's own limits, else the tightest above it, in OpenAI's words; and each scope in LiteLLM's. */
export function* rateHeaders(limits: readonly RateStanding[]): Generator<[string, string]> {
  for (const limit of limits) {
    const unit = limit.unit === "parallel" ? "max_parallel_requests" : limit.unit;
    const scope = SCOPE_WORD[limit.scope];
    yield [`x-ratelimit-${scope}-limit-${unit}`, String(limit.limit)];
    yield [`x-ratelimit-${scope}-remaining-${unit}`, String(limit.remaining)];
  }
  for (const unit of ["requests", "tokens"] as const) {
    const standing = tightest(limits.filter((limit) => limit.unit === unit));
    if (standing === undefined) continue;
    yield [`x-ratelimit-limit-${unit}`, String(standing.limit)];
    yield [`x-ratelimit-remaining-${unit}`, String(standing.remaining)];
    yield [`x-ratelimit-reset-${unit}`, `${Math.ceil(standing.resetMs / 1000)}s`];
  }
}

function tightest(limits: RateStanding[]): RateStanding | undefined {
  const own = limits.find((limit) => limit.scope === "key");
  return own ?? limits.toSorted((a, b) => a.remaining - b.remaining)[0];
}
