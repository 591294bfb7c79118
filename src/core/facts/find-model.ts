import type { Capabilities } from "./capability.ts";
import { UNKNOWN_MODEL, type WholeModelFact } from "./data/unknown.ts";
import { converseFamilyIn } from "./converse-family.ts";
import type { ModelFact } from "./document.ts";
import type { Facts } from "./facts.ts";
import { findSchemaSubsets, type SchemaSubsets } from "./schema-subset.ts";

export interface FoundModel {
  capabilities: Capabilities;
  /** Somebody described this model; otherwise it is what is assumed of any. */
  known: boolean;
}

/** Every entry that fits speaks, the first one first, the others of what it left open. */
export function findModel(facts: Facts, model: string, provider = ""): FoundModel {
  const fitting = facts
    .flatMap((layer) => layer.models)
    .filter((rule) => rule.fits(model, provider))
    .map((rule) => rule.fact);
  const whole = fitting.reduceRight<WholeModelFact>(laidOver, UNKNOWN_MODEL);
  return {
    capabilities: capabilitiesIn(whole, findSchemaSubsets(facts, model)),
    // Its grammar or a single habit alone is no description.
    known: fitting.some((fact) => fact.max_output_tokens !== undefined),
  };
}

/** What is known of Converse is many facts, and an entry may state some. */
function laidOver(later: WholeModelFact, fact: ModelFact): WholeModelFact {
  return { ...later, ...fact, converse: { ...later.converse, ...fact.converse } };
}

function capabilitiesIn(fact: WholeModelFact, schemas: SchemaSubsets): Capabilities {
  return {
    reasoning: fact.reasoning,
    thinkingBudget: fact.thinking_budget,
    thinkingTokens: thinkingTokensIn(fact),
    efforts: fact.efforts,
    reasonsWithTools: fact.reasons_with_tools,
    effortFlag: fact.effort_flag || undefined,
    sampling: fact.sampling,
    tools: fact.tools,
    forcedTools: fact.forced_tools,
    midSystem: fact.mid_system,
    prefill: fact.prefill,
    schemaOutput: fact.schema_output,
    urlMedia: fact.url_media,
    vision: fact.vision,
    caching: fact.caching,
    maxOutputTokens: fact.max_output_tokens,
    maxInputTokens: fact.max_input_tokens,
    imageTokensMax: fact.image_tokens_max,
    stopSequencesMax: fact.stop_sequences_max === false ? undefined : fact.stop_sequences_max,
    toolIdCharactersMax: fact.tool_id_characters_max,
    converse: converseFamilyIn(fact.converse),
    schemas,
    maxTokensField: fact.max_tokens_field,
    maker: fact.maker,
    responsesOnly: fact.responses_only,
  };
}

/** One that says neither bound leaves the number to the caller. */
function thinkingTokensIn({
  thinking_tokens: { min, max, can_be_off: canBeOff = true },
}: WholeModelFact): Capabilities["thinkingTokens"] {
  if (min === undefined && max === undefined) return undefined;
  return { min: min ?? 1, max: max ?? Number.MAX_SAFE_INTEGER, canBeOff };
}
