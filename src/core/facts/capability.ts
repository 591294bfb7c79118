import type { Effort } from "../chat.ts";
import type { ConverseFamily } from "./converse-family.ts";
import type { SchemaSubsets } from "./schema-subset.ts";

/**
 * What a model can be asked. Sampling, budgets, prefill and forced tools belong to models, not to
 * APIs: sending one to a model that lacks it is a 400.
 */
export interface Capabilities {
  /** How thinking is asked for: a token budget, the model's own choice, or a level/effort word. */
  reasoning: "none" | "budget" | "adaptive" | "level" | "effort";
  /** A model that chooses how long it thinks takes a budget as well. */
  thinkingBudget: boolean;
  /** Least and most tokens of a budget, where it has to be within bounds. */
  thinkingTokens: ThinkingTokens | undefined;
  /** The words for an effort or a level that it knows, from the weakest to the strongest. */
  efforts: readonly Effort[];
  /** Functions are taken while it reasons, over Chat Completions. */
  reasonsWithTools: boolean;
  /** The beta flag under which `output_config.effort` is known, where it is not known without. */
  effortFlag: string | undefined;
  /** Temperature, top_p, top_k are accepted. */
  sampling: boolean;
  /** Functions can be offered to it. */
  tools: boolean;
  /** A tool can be forced (`any`, `required`, a name). */
  forcedTools: boolean;
  /** System turns may stand between other turns. */
  midSystem: boolean;
  /** The answer can be started for the model by a trailing assistant turn. */
  prefill: boolean;
  /** The vendor enforces a JSON Schema on the answer. */
  schemaOutput: boolean;
  /** The vendor fetches images by URL. */
  urlMedia: boolean;
  /** Pictures are understood. */
  vision: boolean;
  /** Tokens read again soon are remembered and cost less. */
  caching: boolean;
  /** Most tokens the model writes in one answer. */
  maxOutputTokens: number;
  maxInputTokens: number;
  /** Most tokens one picture can become. */
  imageTokensMax: number;
  /** Most sequences that may stop it; `undefined` for any number. */
  stopSequencesMax: number | undefined;
  /** Most characters of a tool call's id. */
  toolIdCharactersMax: number;
  /** What it knows of Converse, where it is spoken to in that. */
  converse: ConverseFamily;
  /** The part of JSON Schema that is read, by the grammar it is sent in. */
  schemas: SchemaSubsets;
  /** Reasoning models of OpenAI refuse `max_tokens`. */
  maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Whose model it is, where that decides by which grammar it is reached. */
  maker: "openai" | undefined;
  /** It answers over Responses alone, whatever its caller speaks. */
  responsesOnly: boolean;
}

export interface ThinkingTokens {
  min: number;
  max: number;
  canBeOff: boolean;
}
