import { drawVariant, variantTag } from "../core/experiments.ts";
import type { Attribution } from "./attribution.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import { meantBy, type ModelMeant } from "./resolve-model.ts";

/** What a call is served by, once an A/B test has had its say. */
export interface Drawn {
  meant: ModelMeant;
  attribution: Attribution;
  /** The name under test: whoever may use it may use its variants. */
  testedModel: string | undefined;
}

/** Serves a model under test by the subject's variant, and writes that into the call's tags. */
export function drawFor(
  meant: ModelMeant,
  attribution: Attribution,
  { keyHash }: Caller,
  deps: Deps,
): Drawn {
  const experiment = deps.config.experiments.get(meant.group.name);
  if (experiment === undefined) return { meant, attribution, testedModel: undefined };
  const { sessionId: session, endUser: end_user } = attribution;
  const variant = drawVariant(experiment, { session, end_user, key: keyHash });
  if (variant === undefined) return { meant, attribution, testedModel: undefined };
  const { group } = meantBy(variant.model, deps);
  return {
    // The account still decides by the name that was asked for.
    meant: { name: meant.name, group },
    attribution: {
      ...attribution,
      tags: [...attribution.tags, variantTag(experiment, variant)],
    },
    testedModel: experiment.model,
  };
}
