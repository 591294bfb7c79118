import type { ModelFact } from "../document.ts";

/** What holds at a provider whatever the model, and so goes before what is known of the model. */
export const SERVED_MODELS: readonly ModelFact[] = [
  // https://api-docs.deepseek.com/guides/json_mode: `json_object` alone.
  { match: ["*"], providers: ["deepseek"], schema_output: false },
  // https://docs.perplexity.ai/api-reference/chat-completions-post: no functions.
  { match: ["*"], providers: ["perplexity"], tools: false },
  // https://console.groq.com/docs/models
  { match: ["*gpt-oss*"], providers: ["groq"], max_output_tokens: 65_536 },
  // https://ai.google.dev/api/generate-content#generationconfig, https://docs.cohere.com/reference/chat
  {
    match: ["*"],
    not: ["*claude*"],
    providers: ["gemini", "vertex_ai", "vertex_ai_beta", "cohere", "cohere_chat"],
    stop_sequences_max: 5,
  },
];

/** OpenAI's open models, wherever they are served: they think, and are asked for it by an effort. */
export const OPEN_MODELS: readonly ModelFact[] = [
  {
    match: ["*gpt-oss*"],
    reasoning: "effort",
    efforts: ["low", "medium", "high"],
    vision: false,
    max_output_tokens: 131_072,
    max_input_tokens: 131_072,
  },
];
