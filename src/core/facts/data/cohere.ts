import type { ModelFact } from "../document.ts";

/** https://docs.cohere.com/docs/models. A limit above the model's own is answered with a 400. */
export const COHERE_MODELS: readonly ModelFact[] = [
  { match: ["command-a-vision*"], vision: true, max_input_tokens: 128_000 },
  { match: ["command-a-reasoning*"], reasoning: "budget", max_output_tokens: 32_000 },
  { match: ["command-{r,r-*,r7b-*,light*}", "c4ai-aya*"], max_output_tokens: 4_000 },
  { match: ["command-a-*"], max_input_tokens: 256_000 },
  {
    match: [
      "command-{r,r-*,r7b-*,light*}",
      "command-a-{03,reasoning,translate,vision}*",
      "c4ai-aya*",
    ],
    reasoning: "none",
    thinking_budget: false,
    effort_flag: false,
    sampling: true,
    tools: true,
    forced_tools: true,
    mid_system: false,
    prefill: false,
    schema_output: true,
    url_media: true,
    vision: false,
    caching: false,
    max_output_tokens: 8_000,
    max_input_tokens: 128_000,
    stop_sequences_max: 5,
    max_tokens_field: "max_tokens",
  },
];
