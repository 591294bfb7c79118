import { estimateTokens, measureInput } from "../core/bound.ts";
import { nameToSet } from "../core/config/connection.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import { findEligible, type Eligible, type LeftOutBy } from "../core/routing/eligible.ts";
import { findProvider } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import type { Call } from "./call.ts";
import { pricedDeployments } from "./forward-bound.ts";

/** A deployment that could answer a call, as far as can be told without asking it. */
export interface Candidate {
  deployment: Deployment;
  provider: Provider;
}

/** Deployments that can be called at all. Says what is missing when there are none. */
export function findCandidates(call: Call): Candidate[] {
  const { deployments: priced } = eligibleOf(call);
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

/** Why single deployments are no candidates, where others are. */
export function findLeftOut(call: Call): ReadonlyMap<string, LeftOutBy | "price" | "settings"> {
  const { group } = call;
  const priced = new Set(pricedDeployments(call));
  const eligible = eligibleOf(call);
  const causes = new Map<string, LeftOutBy | "price" | "settings">(eligible.leftOut);
  for (const one of group.deployments) {
    if (!priced.has(one)) causes.set(one.id, "price");
    else if ((findProvider(one.provider)?.missing(one) ?? []).length > 0)
      causes.set(one.id, "settings");
  }
  return causes;
}

/** By its tags, by where it may be read, and by how much there is to read. */
function eligibleOf(call: Call): Extract<Eligible, { kind: "some" }> {
  const { router, keyTags, regions: allowed } = call.terms;
  // What a client says of itself, or a test of the call, is a tag for reports only.
  const said = call.attribution.tags.filter(
    (tag) => !tag.startsWith("User-Agent: ") && tag !== call.variantTag,
  );
  const tags = [...new Set([...keyTags, ...said])];
  const regions = [...allowed, ...(call.wish.region === undefined ? [] : [call.wish.region])];
  const { checksContextWindow } = router;
  const inputTokens = checksContextWindow ? estimateTokens(measureInput(call.body.value)) : 0;
  const found = findEligible(pricedDeployments(call), { tags, regions, inputTokens }, router);
  if (found.kind === "some") return found;
  switch (found.because) {
    case "region":
      throw new GatewayError(
        "region_denied",
        `No deployment of ${call.envelope.model} is where this prompt may be read: allowed_model_region is ${[...new Set(regions)].join(" and ")}.`,
        { param: "model" },
      );
    case "tags":
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
    // A variable says more than the setting it fills.
    (findProvider(one.provider)?.missing(one) ?? []).map((field) => nameToSet(field, one)),
  );
  return new GatewayError(
    "not_configured",
    `${call.envelope.model} has no usable deployment: an administrator still has to set ${[...new Set(missing)].join(", ")}.`,
    { param: "model" },
  );
}
