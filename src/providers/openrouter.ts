import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://openrouter.ai/docs/api-reference/overview: maps OpenAI's parameters to every vendor behind
 * it and ignores the rest by itself.
 */
export const openrouter: Provider = openAiLike({
  name: "openrouter",
  base: "https://openrouter.ai/api/v1",
  quirks: {},
});
