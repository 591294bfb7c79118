import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://docs.perplexity.ai/api-reference/chat-completions-post. Every chunk of a stream counts
 * tokens, unasked.
 */
export const perplexity: Provider = openAiLike({
  name: "perplexity",
  base: "https://api.perplexity.ai",
});
