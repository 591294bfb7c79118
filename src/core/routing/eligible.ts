import type { Deployment, RouterSettings } from "../config/deployment.ts";
import { regionOf, type Region } from "./region.ts";
import { filterByTags } from "./tags.ts";

/** What a call asks of a deployment, beside that it serves the model. */
export interface Demands {
  tags: readonly string[];
  /** `allowed_model_region`, of everybody who has a say. */
  regions: readonly Region[];
  /** About how much the model has to read. */
  inputTokens: number;
}

export type Eligible =
  | { kind: "some"; deployments: Deployment[] }
  /** Why none is left: the callers' tags, where it must stay, or how much there is to read. */
  | { kind: "none"; because: "tags" | "region" | "context-window" };

/** The deployments that may serve a call at all, whatever their load. */
export function findEligible(
  deployments: readonly Deployment[],
  demands: Demands,
  router: Pick<RouterSettings, "filtersByTags" | "tagsMatchAny" | "checksContextWindow">,
): Eligible {
  const tagged = router.filtersByTags
    ? filterByTags(deployments, demands.tags, router.tagsMatchAny)
    : [...deployments];
  if (tagged === undefined) return { kind: "none", because: "tags" };
  // Unknown is not allowed: whoever asks for a region may have promised it to somebody.
  const there = tagged.filter((one) => demands.regions.every((region) => regionOf(one) === region));
  if (there.length === 0 && tagged.length > 0) return { kind: "none", because: "region" };
  const large = router.checksContextWindow
    ? there.filter((one) => demands.inputTokens <= windowOf(one))
    : there;
  if (large.length === 0 && there.length > 0) return { kind: "none", because: "context-window" };
  return { kind: "some", deployments: large };
}

/** What nobody described is not judged. */
function windowOf({ facts, modelInfo }: Deployment): number {
  const isKnown = facts.known || typeof modelInfo["max_input_tokens"] === "number";
  return isKnown ? facts.capabilities.maxInputTokens : Infinity;
}
