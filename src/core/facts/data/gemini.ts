import type { ModelFact } from "../document.ts";

export const GEMINI_MODELS: readonly ModelFact[] = [
  // Only the Flash models may think minimally.
  { match: ["*gemini-[3-9]*flash*"], efforts: ["minimal", "low", "medium", "high"] },
  { match: ["*gemini-[3-9]*"], reasoning: "level" },
  { match: ["*gemini-{1,2.0}*"], reasoning: "none" },
  // Pro models cannot stop thinking; the Lite ones either think this much or not at all.
  {
    match: ["*gemini*lite*"],
    thinking_tokens: { min: 512, max: 24_576, can_be_off: true },
  },
  { match: ["*gemini*flash*"], thinking_tokens: { min: 1, max: 24_576, can_be_off: true } },
  {
    match: ["*gemini*"],
    reasoning: "budget",
    thinking_budget: false,
    thinking_tokens: { min: 128, max: 32_768, can_be_off: false },
    effort_flag: false,
    sampling: true,
    tools: true,
    forced_tools: true,
    mid_system: false,
    prefill: false,
    schema_output: true,
    url_media: false,
    vision: true,
    caching: true,
    max_output_tokens: 65_536,
    max_input_tokens: 1_048_576,
    // 258 for each tile of at most 3,072 × 3,072 pixels in strips of 256 (Gemini 2), 2,240 (Gemini 3).
    image_tokens_max: 7_000,
    stop_sequences_max: 5,
    max_tokens_field: "max_tokens",
  },
];
