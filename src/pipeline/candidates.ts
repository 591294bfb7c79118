import { estimateTokens, measureInput } from "../core/bound.ts";
import type { Deployment, RouterSettings } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { findEligible } from "../core/routing/eligible.ts";
import { findProvider } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import type { Call } from "./call.ts";
import { pricedDeployments } from "./forward-bound.ts";

/** A deployment that could answer a call, as far as can be told without asking it. */
export interface Candidate {
  deployment: Deployment;
  provider: Provider;
}

/**
 * Deployments that can be called at all. Says what is missing when there are none. `keyTags` are those
 * of the key, which only the account knows.
 */
export function findCandidates(
  call: Call,
  router: RouterSettings,
  keyTags: readonly string[],
): Candidate[] {
  const priced = eligibleOf(call, router, keyTags);
  const serving = priced.filter((one) => serves(findProvider(one.provider), call));
  if (serving.length === 0 && priced.length > 0) throw notServed(call);
  const candidates = serving.flatMap((deployment) => {
    const provider = findProvider(deployment.provider);
    return provider === undefined || provider.missing(deployment).length > 0
      ? []
      : [{ deployment, provider }];
  });
  if (candidates.length === 0) throw notConfigured(call, priced);
  return candidates;
}

/** By its tags, and by how much there is to read, where the operator wishes that. */
function eligibleOf(call: Call, router: RouterSettings, keyTags: readonly string[]): Deployment[] {
  // What a client says of itself is a tag for reports only.
  const said = call.attribution.tags.filter((tag) => !tag.startsWith("User-Agent: "));
  const tags = [...new Set([...keyTags, ...said])];
  const { checksContextWindow } = router;
  const inputTokens = checksContextWindow ? estimateTokens(measureInput(call.body.value)) : 0;
  const found = findEligible(pricedDeployments(call), { tags, inputTokens }, router);
  if (found.kind === "some") return found.deployments;
  switch (found.because) {
    case "tags":
    case "region":
      throw new GatewayError(
        "tags_denied",
        `Not allowed to access model due to tags configuration: no deployment of ${call.envelope.model} serves the tags ${tags.join(", ")}.`,
      );
    case "context-window":
      throw new GatewayError(
        "context_length_exceeded",
        `prompt is too long: about ${inputTokens} tokens are more than the maximum context length of every deployment of ${call.envelope.model}.`,
        { param: "model" },
      );
  }
}

function serves(provider: Provider | undefined, { route: { forward } }: Call): boolean {
  return forward === undefined || provider?.endpoints?.[forward.operation] !== undefined;
}

function notServed({ envelope, route }: Call): GatewayError {
  const unserved = route.forward?.unserved;
  if (unserved !== undefined) {
    return new GatewayError("invalid_request", `${envelope.model} ${unserved}`, { param: "model" });
  }
  const message = `The provider of ${envelope.model} serves no ${route.forward?.operation ?? ""}; GET /v1/models lists the other models.`;
  return new GatewayError("not_supported", message, { param: "model" });
}

function notConfigured(call: Call, deployments: readonly Deployment[]): GatewayError {
  const missing = deployments.flatMap((one) =>
    // The variable an administrator wrote in the configuration says more than the setting it fills.
    (findProvider(one.provider)?.missing(one) ?? []).map((name) => one.unresolved[name] ?? name),
  );
  return new GatewayError(
    "not_configured",
    `${call.envelope.model} has no usable deployment: an administrator still has to set ${[...new Set(missing)].join(", ")}.`,
    { param: "model" },
  );
}
