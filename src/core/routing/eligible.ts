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

/** The callers' tags, where it must stay, or how much there is to read. */
export type LeftOutBy = "tags" | "region" | "context-window";

export type Eligible =
  | { kind: "some"; deployments: Deployment[]; leftOut: ReadonlyMap<string, LeftOutBy> }
  /** Why none is left. */
  | { kind: "none"; because: LeftOutBy };

/** The deployments that may serve a call at all, whatever their load; and why the others may not. */
export function findEligible(
  deployments: readonly Deployment[],
  demands: Demands,
  router: Pick<RouterSettings, "filtersByTags" | "tagsMatchAny" | "checksContextWindow">,
): Eligible {
  const leftOut = new Map<string, LeftOutBy>();
  let left = [...deployments];
  for (const [because, keep] of demandsIn(demands, router)) {
    const kept = keep(left);
    if (kept.length === 0 && left.length > 0) return { kind: "none", because };
    for (const one of left) if (!kept.includes(one)) leftOut.set(one.id, because);
    left = kept;
  }
  return { kind: "some", deployments: left, leftOut };
}

type Keep = (deployments: readonly Deployment[]) => Deployment[];

/** In the order in which they are told to callers. */
function demandsIn(
  { tags, regions, inputTokens }: Demands,
  router: Parameters<typeof findEligible>[2],
): [LeftOutBy, Keep][] {
  const byTags: Keep = (all) => filterByTags(all, tags, router.tagsMatchAny) ?? [];
  // Unknown is not allowed: whoever asks for a region may have promised it to somebody.
  const byRegion: Keep = (all) =>
    all.filter((one) => regions.every((region) => regionOf(one) === region));
  const bySize: Keep = (all) => all.filter((one) => inputTokens <= windowOf(one));
  return [
    ...(router.filtersByTags ? [["tags", byTags] satisfies [LeftOutBy, Keep]] : []),
    ["region", byRegion],
    ...(router.checksContextWindow ? [["context-window", bySize] satisfies [LeftOutBy, Keep]] : []),
  ];
}

/** What nobody described is not judged. */
function windowOf({ facts, modelInfo }: Deployment): number {
  const isKnown = facts.known || typeof modelInfo["max_input_tokens"] === "number";
  return isKnown ? facts.capabilities.maxInputTokens : Infinity;
}
