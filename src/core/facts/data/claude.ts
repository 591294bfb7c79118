import type { ModelFact } from "../document.ts";

/**
 * Patterns look inside the vendor's id, so that `us.anthropic.claude-…-v1:0`, `claude-…@20250929` and
 * `claude-…` are one model. What an entry does not say is said by the next one that fits.
 */
export const CLAUDE_MODELS: readonly ModelFact[] = [
  // The 5.5 generation refuses forced tools.
  { match: ["*claude-{opus,fable,sonnet}-5-[1-9]*"], forced_tools: false },
  // These accept system turns anywhere, Sonnets nowhere but in front.
  { match: ["*claude-{opus-4-8,opus-5,fable-5,mythos-5}*"], mid_system: true },
  // From 4.7 on the model decides how long it thinks, and how it samples.
  {
    match: ["*claude-{opus-4-[78],opus-5,sonnet-5,haiku-5,fable-5,mythos-5}*"],
    reasoning: "adaptive",
    sampling: false,
    prefill: false,
    max_output_tokens: 128_000,
    max_input_tokens: 1_000_000,
  },
  {
    match: ["*claude-{opus,sonnet,haiku}-4-6*"],
    reasoning: "adaptive",
    thinking_budget: true,
    prefill: false,
    max_output_tokens: 128_000,
    max_input_tokens: 1_000_000,
  },
  // The first with an effort, under a flag; from 4.6 on it needs none, others never learned it.
  { match: ["*claude-opus-4-5*"], effort_flag: "effort-2025-11-24" },
  { match: ["*claude-{opus,sonnet,haiku}-4-5*"], max_output_tokens: 64_000 },
  { match: ["*claude-opus-4*"], max_output_tokens: 32_000 },
  { match: ["*claude-3*"], not: ["*claude-3-7*"], reasoning: "none", max_output_tokens: 8_192 },
  {
    match: ["*claude*"],
    reasoning: "budget",
    thinking_budget: false,
    effort_flag: false,
    sampling: true,
    tools: true,
    forced_tools: true,
    mid_system: false,
    prefill: true,
    schema_output: true,
    url_media: true,
    vision: true,
    caching: true,
    max_output_tokens: 64_000,
    max_input_tokens: 200_000,
    // Width × height / 750 after resizing: 1,600, and 4,784 since Opus 4.7.
    image_tokens_max: 5_000,
    max_tokens_field: "max_tokens",
  },
];
