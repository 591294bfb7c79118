import type { ConverseFact, ModelFact } from "../document.ts";

/** What the families on Bedrock know of Converse; the wish for a tool is a 400 at those who do not hear it. */
const KNOWING: ConverseFact = {
  forces_any: true,
  forces_tool: true,
  rich_results: true,
};

export const CONVERSE_FAMILIES: readonly ModelFact[] = [
  // Claude from 4.7 on takes a schema on Bedrock only by Anthropic's own path.
  {
    match: ["*claude-{opus-4-[78],opus-5,sonnet-5,haiku-5,fable-5,mythos-5}*"],
    converse: { schemas: false },
  },
  {
    match: ["*claude*"],
    converse: {
      ...KNOWING,
      own_words: "claude",
      cache_points: ["content", "tools"],
      cache_ttl: true,
      // From 4.5 on it refuses both together.
      temperature_with_top_p: false,
      top_k: "top_k",
      cites: true,
      schemas: true,
    },
  },
  {
    match: ["*nova*"],
    converse: {
      ...KNOWING,
      own_words: "nova",
      // It refuses a point among the tools; the next one behind them covers them too.
      cache_points: ["content"],
      top_k: "inferenceConfig.topK",
    },
  },
  {
    match: ["*{mistral,mixtral,pixtral,magistral}*"],
    converse: { forces_any: true, top_k: "top_k", tool_id_characters: 9 },
  },
  { match: ["*gpt-oss*"], converse: { own_words: "gpt-oss", stop_sequences: false } },
  /**
   * Open models that Bedrock holds to a schema; Nova, Llama and Mistral's older ones answer 400.
   * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
   */
  {
    match: [
      "*{gpt-oss,deepseek.v3,qwen3,magistral,ministral,mistral-large-3,gemma-3}*",
      "*{kimi-k2,minimax-m2,nemotron-nano}*",
    ],
    converse: { schemas: true },
  },
];
