import type { SCHEMA_GRAMMARS } from "./document.ts";
import { keyedFacts, type Facts } from "./facts.ts";
import { firstSaid, mergedEntries } from "./merge.ts";

/** The part of JSON Schema that the vendor of a grammar reads. */
export interface SchemaSubset {
  /**
   * What becomes of a keyword: it stays, it leaves, it has another name, or the model is told of it in
   * words (`describe`). One that is not named stays.
   */
  keywords: ReadonlyMap<string, boolean | string>;
  /** Every object must say that it has no further members. */
  closedObjects: boolean;
  /** Most properties that may be left out, over a whole schema; more cannot be enforced. */
  optionalPropertiesMax: number | undefined;
}

export type SchemaSubsets = Readonly<Record<(typeof SCHEMA_GRAMMARS)[number], SchemaSubset>>;

export function findSchemaSubsets(facts: Facts, model: string): SchemaSubsets {
  const subset = (grammar: string): SchemaSubset => findSubset(facts, model, grammar);
  return {
    "anthropic-messages": subset("anthropic-messages"),
    "bedrock-converse": subset("bedrock-converse"),
    gemini: subset("gemini"),
  };
}

function findSubset(facts: Facts, model: string, grammar: string): SchemaSubset {
  const rules = facts.map((layer) => layer.schemas);
  const said = keyedFacts(rules, model, grammar);
  const optional = firstSaid(said.map((one) => one.optional_properties_max));
  return {
    keywords: new Map(mergedEntries(said.map((one) => one.keywords))),
    closedObjects: firstSaid(said.map((one) => one.closed_objects)) ?? false,
    optionalPropertiesMax: optional === false ? undefined : optional,
  };
}
