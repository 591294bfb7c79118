import type { ModelFact } from "../document.ts";

/** Models that Bedrock hosts, as Converse serves them: none is sent URLs, and few keep to a schema. */
export const HOSTED_MODELS: readonly ModelFact[] = [
  { match: ["*amazon.nova-premier*"], max_input_tokens: 1_000_000 },
  {
    match: ["*amazon.nova-2*"],
    reasoning: "effort",
    max_output_tokens: 65_536,
    max_input_tokens: 1_000_000,
  },
  { match: ["*amazon.nova-micro*"], vision: false, max_input_tokens: 128_000 },
  {
    match: ["*amazon.nova*"],
    vision: true,
    caching: true,
    max_output_tokens: 10_000,
    max_input_tokens: 300_000,
  },
  { match: ["*meta.llama4*"], vision: true, max_input_tokens: 1_000_000 },
  { match: ["*mistral.pixtral*"], vision: true },
  // The ones that keep to a schema; by Converse all others do not.
  {
    match: [
      "*{openai.gpt-oss,deepseek.v3,mistral.magistral,mistral.ministral,mistral.mistral-large-3}*",
    ],
    schema_output: true,
  },
  { match: ["*deepseek.v*"], max_output_tokens: 81_920, max_input_tokens: 163_840 },
  { match: ["*openai.gpt-oss*"], reasoning: "effort", max_output_tokens: 128_000 },
  {
    match: ["*{amazon.nova,meta.llama,mistral.,deepseek.r1,deepseek.v,openai.gpt-oss}*"],
    reasoning: "none",
    thinking_budget: false,
    effort_flag: false,
    sampling: true,
    tools: true,
    forced_tools: true,
    mid_system: false,
    prefill: false,
    schema_output: false,
    url_media: false,
    vision: false,
    caching: false,
    max_output_tokens: 32_768,
    max_input_tokens: 128_000,
    max_tokens_field: "max_tokens",
  },
];
