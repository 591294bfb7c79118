import { drawVariant, experimentTag, variantTag } from "../core/experiments.ts";
import { findGroup } from "../core/plan.ts";
import type { Attribution } from "./attribution.ts";
import type { Call } from "./call.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import type { ModelMeant } from "./resolve-model.ts";

/** What a call is served by, once an A/B test has had its say, and what that changes about it. */
export type Meaning = Pick<
  Call,
  "group" | "modelMeant" | "attribution" | "testedModel" | "variantTag"
>;

/**
 * Serves a model under test by the subject's variant, and writes that into the call's tags, where no
 * caller can. `said` is the attribution as the caller has it.
 */
export function meaningOf(
  { name: modelMeant, group }: ModelMeant,
  said: Attribution,
  { keyHash }: Caller,
  deps: Deps,
): Meaning {
  const { experiments } = deps.config;
  const reserved = [...experiments.values()].map(experimentTag);
  const tags = said.tags.filter((tag) => !reserved.some((prefix) => tag.startsWith(prefix)));
  const attribution = { ...said, tags };
  const asAsked = { group, modelMeant, attribution, testedModel: undefined, variantTag: undefined };
  const experiment = experiments.get(group.name);
  if (experiment === undefined) return asAsked;
  const { sessionId: session, endUser: end_user } = said;
  const variant = drawVariant(experiment, { session, end_user, key: keyHash });
  // Models come and go while the gateway runs; a test of one that has gone is no reason to refuse.
  const serving = variant && findGroup(variant.model, deps.config);
  if (variant === undefined || serving === undefined) return asAsked;
  const tag = variantTag(experiment, variant);
  return {
    group: serving,
    // The account still decides by the name that was asked for.
    modelMeant,
    attribution: { ...attribution, tags: [...tags, tag] },
    testedModel: group,
    variantTag: tag,
  };
}

/** The account knows the caller's name as another model's: everything that follows from that anew. */
export function takeMeaning(call: Call, meant: ModelMeant, deps: Deps): void {
  Object.assign(call, meaningOf(meant, call.said, call.caller, deps));
}
