import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OPENAI_SERVICES } from "./quirks.ts";

const MEMBERS = ["role", "content", "reasoning", "tool_calls", "tool_call_id"];

/**
 * https://console.groq.com/docs/openai: 400 for `logprobs`, `top_logprobs`, `logit_bias`, a `name` in
 * a message and `n` above 1. Counts, and errors in the middle of a stream, may stand under `x_groq`.
 */
export const groq: Provider = openAiLike({
  name: "groq",
  base: "https://api.groq.com/openai/v1",
  answersInOwnWords: true,
  quirks: {
    drops: [...OPENAI_SERVICES, "logit_bias"],
    refuses: ["n", "logprobs", "top_logprobs"],
    messageMembers: { system: MEMBERS, user: MEMBERS, assistant: MEMBERS, tool: MEMBERS },
  },
});
