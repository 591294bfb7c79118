import type { ModelFact } from "../document.ts";

/** A description that leaves nothing open. */
export type WholeModelFact = Required<Omit<ModelFact, "match" | "not" | "providers" | "maker">> &
  Pick<ModelFact, "maker">;

/** What is assumed of a model nobody described: the most permissive OpenAI-like endpoint. */
export const UNKNOWN_MODEL: WholeModelFact = {
  reasoning: "effort",
  thinking_budget: false,
  thinking_tokens: {},
  // All servers know these three.
  efforts: ["low", "medium", "high"],
  reasons_with_tools: true,
  effort_flag: false,
  sampling: true,
  tools: true,
  forced_tools: true,
  mid_system: true,
  prefill: false,
  schema_output: true,
  url_media: true,
  vision: true,
  caching: true,
  max_output_tokens: 32_000,
  max_input_tokens: 128_000,
  // OpenAI's newest: 10,000 patches at `detail: original`, times the largest factor printed, 2.46.
  image_tokens_max: 25_000,
  // OpenAI's, and whoever took over its grammar.
  stop_sequences_max: 4,
  // Every vendor accepts as many; OpenAI, the strictest, no more.
  tool_id_characters_max: 40,
  // The part of Converse that all families know.
  converse: {},
  max_tokens_field: "max_tokens",
  responses_only: false,
};
