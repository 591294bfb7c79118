import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://console.groq.com/docs/openai. Counts, and errors in the middle of a stream, may stand under
 * `x_groq`.
 */
export const groq: Provider = openAiLike({
  name: "groq",
  base: "https://api.groq.com/openai/v1",
  answersInOwnWords: true,
});
