import type { ModelFact } from "../document.ts";

export const OPENAI_MODELS: readonly ModelFact[] = [
  { match: ["*gpt-5.1*"], efforts: ["none", "low", "medium", "high"] },
  { match: ["*gpt-5.[2-5]*"], efforts: ["none", "low", "medium", "high", "xhigh"] },
  {
    match: ["*gpt-5.6*"],
    efforts: ["none", "low", "medium", "high", "xhigh", "max"],
    // It refuses functions while it reasons, and reasons unless told not to.
    reasons_with_tools: false,
  },
  { match: ["*gpt-5*"], efforts: ["minimal", "low", "medium", "high"] },
  {
    match: ["{,*[/.-]}gpt-[5-9]*"],
    not: ["*gpt-[5-9]*chat*"],
    reasoning: "effort",
    sampling: false,
    max_output_tokens: 128_000,
    max_input_tokens: 922_000,
    max_tokens_field: "max_completion_tokens",
  },
  {
    match: ["{,*[/.-]}o[1-9]*"],
    reasoning: "effort",
    sampling: false,
    max_output_tokens: 100_000,
    max_input_tokens: 200_000,
    max_tokens_field: "max_completion_tokens",
  },
  // 2,833 + 5,667 for each of at most 8 tiles.
  { match: ["*gpt-4o-mini*"], image_tokens_max: 50_000 },
  // 85 + 170 for each of at most 8 tiles.
  { match: ["*gpt-4o*", "*gpt-4.1", "*o[13]"], image_tokens_max: 1_500 },
  { match: ["*gpt-4.1*"], max_output_tokens: 32_768, max_input_tokens: 1_047_576 },
  {
    match: ["*gpt-*", "{,*[/.-]}o[1-9]*"],
    reasoning: "none",
    thinking_budget: false,
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
    max_output_tokens: 16_384,
    max_input_tokens: 128_000,
    max_tokens_field: "max_tokens",
  },
];

/**
 * By which grammar OpenAI's own models are reached, also fine-tuned ones. Its open ones are served by
 * others. A `base_model` may name the provider first.
 */
export const OPENAI_GRAMMARS: readonly ModelFact[] = [
  {
    match: [
      "{,openai/,azure/}{,ft:}{gpt-,o[0-9],chatgpt-}*codex*",
      "{,openai/,azure/}{,ft:}{codex-,computer-use-}*",
      "{,openai/,azure/}{o[0-9],gpt-[0-9],gpt-[0-9].[0-9]}-pro{,-*}",
      "{,openai/,azure/}{,ft:}{gpt-,o[0-9],chatgpt-}*deep-research*",
    ],
    not: ["*gpt-oss*"],
    responses_only: true,
  },
  {
    match: ["{,openai/,azure/}{,ft:}{gpt-,o[0-9],chatgpt-,codex-,computer-use-}*"],
    not: ["{,openai/,azure/}{,ft:}gpt-oss*"],
    maker: "openai",
  },
];
