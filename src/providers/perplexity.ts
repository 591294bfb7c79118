import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/**
 * https://docs.perplexity.ai/api-reference/chat-completions-post: "After the (optional) system
 * message(s), user or tool message(s) should alternate with assistant message(s)", else 400. Every
 * chunk of a stream counts tokens, unasked.
 */
export const perplexity: Provider = openAiLike({
  name: "perplexity",
  base: "https://api.perplexity.ai",
  quirks: {
    renames: OLDER_LIMIT,
    drops: [...OPENAI_SERVICES, "stream_options", "logit_bias", "seed", "user"],
    refuses: ["n", "logprobs", "top_logprobs"],
    alternates: true,
  },
});
