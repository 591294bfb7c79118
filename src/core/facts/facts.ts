import { SHIPPED_FACTS } from "./data/index.ts";
import type { ClaudeSurfaceFact, FactsDocument, ModelFact, VendorFact } from "./document.ts";
import { compileGlobs, type Glob } from "./glob.ts";

/** Documents laid over each other, the newest first, with their patterns ready. Immutable. */
export type Facts = readonly FactsLayer[];

export interface FactsLayer {
  /** In the document's order. */
  models: readonly ModelRule[];
  claudeSurfaces: ReadonlyMap<string, ClaudeSurfaceFact>;
  vendors: readonly VendorRule[];
}

export interface ModelRule {
  fact: ModelFact;
  /** Whether it says something of this model at this provider. */
  fits(model: string, provider: string): boolean;
}

export interface VendorRule {
  fact: VendorFact;
  fits: ModelRule["fits"];
  /** It is about some of the vendor's models, and so goes before what is said of all of them. */
  isNarrow: boolean;
}

/** Lays a document over what is known: what it says wins, member by member, and the rest stays. */
export function withOverlay(facts: Facts, overlay: FactsDocument | undefined): Facts {
  return overlay === undefined ? facts : [layerOf(overlay), ...facts];
}

function layerOf({ models = [], claude_surfaces = {}, vendors = {} }: FactsDocument): FactsLayer {
  return {
    models: models.map(modelRule),
    claudeSurfaces: new Map(Object.entries(claude_surfaces)),
    vendors: Object.entries(vendors).map(([key, fact]) => vendorRule(key, fact)),
  };
}

function modelRule(fact: ModelFact): ModelRule {
  const { providers } = fact;
  const matches = compileGlobs(fact.match);
  const excludes: Glob = fact.not === undefined ? () => false : compileGlobs(fact.not);
  return {
    fact,
    fits: (model, provider) =>
      (providers === undefined || providers.some((one) => one === provider)) &&
      matches(model) &&
      !excludes(model),
  };
}

/** `mistral`, or some of its models: `mistral/magistral-*`. */
function vendorRule(key: string, fact: VendorFact): VendorRule {
  const slash = key.indexOf("/");
  if (slash < 0) return { fact, isNarrow: false, fits: (_model, provider) => provider === key };
  const vendor = key.slice(0, slash);
  const matches = compileGlobs([key.slice(slash + 1)]);
  return {
    fact,
    isNarrow: true,
    fits: (model, provider) => provider === vendor && matches(model),
  };
}

/** What the gateway knows without being told. */
export const DEFAULT_FACTS: Facts = [layerOf(SHIPPED_FACTS)];
