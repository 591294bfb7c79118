import { SHIPPED_FACTS } from "./data/index.ts";
import type {
  ClaudeSurfaceFact,
  FactsDocument,
  ModelFact,
  SchemaFact,
  VendorFact,
} from "./document.ts";
import { compileGlobs, type Glob } from "./glob.ts";

/** Documents laid over each other, the newest first, with their patterns ready. Immutable. */
export type Facts = readonly FactsLayer[];

export interface FactsLayer {
  /** In the document's order. */
  models: readonly ModelRule[];
  claudeSurfaces: ReadonlyMap<string, ClaudeSurfaceFact>;
  vendors: readonly KeyedRule<VendorFact>[];
  schemas: readonly KeyedRule<SchemaFact>[];
}

export interface ModelRule {
  fact: ModelFact;
  /** Whether it says something of this model at this provider. */
  fits(model: string, provider: string): boolean;
}

export interface KeyedRule<Fact> {
  fact: Fact;
  /** Whether it says something of this model at this place: a provider, or a grammar. */
  fits(model: string, place: string): boolean;
  /** It is about some of the models there, and so goes before what is said of all of them. */
  isNarrow: boolean;
}

/** Lays a document over what is known: what it says wins, member by member, and the rest stays. */
export function withOverlay(facts: Facts, overlay: FactsDocument | undefined): Facts {
  return overlay === undefined ? facts : [layerOf(overlay), ...facts];
}

function layerOf(document: FactsDocument): FactsLayer {
  const { models = [], claude_surfaces = {}, vendors = {}, schemas = {} } = document;
  return {
    models: models.map(modelRule),
    claudeSurfaces: new Map(Object.entries(claude_surfaces)),
    vendors: Object.entries(vendors).map(([key, fact]) => keyedRule(key, fact)),
    schemas: Object.entries(schemas).map(([key, fact]) => keyedRule(key, fact)),
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
function keyedRule<Fact>(key: string, fact: Fact): KeyedRule<Fact> {
  const slash = key.indexOf("/");
  if (slash < 0) return { fact, isNarrow: false, fits: (_model, place) => place === key };
  const named = key.slice(0, slash);
  const matches = compileGlobs([key.slice(slash + 1)]);
  return { fact, isNarrow: true, fits: (model, place) => place === named && matches(model) };
}

/** What is said of some models goes before what is said of all, and a newer layer before an older. */
export function keyedFacts<Fact>(
  layers: readonly (readonly KeyedRule<Fact>[])[],
  model: string,
  place: string,
): Fact[] {
  return layers.flatMap((layer) => {
    const fitting = layer.filter((rule) => rule.fits(model, place));
    const narrow = fitting.filter((one) => one.isNarrow);
    const wide = fitting.filter((one) => !one.isNarrow);
    return [...narrow, ...wide].map((rule) => rule.fact);
  });
}

/** What the gateway knows without being told. */
export const DEFAULT_FACTS: Facts = [layerOf(SHIPPED_FACTS)];
