import { tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn } from "../lenient.ts";

export function usageOf(usage: JsonObject): Usage {
  const input = objectIn(usage.prompt_tokens_details);
  const output = objectIn(usage.completion_tokens_details);
  const writes = objectIn(input.cache_creation_token_details);
  const inputTokens = tokenCount(usage.prompt_tokens);
  const cacheReadTokens =
    tokenCount(input.cached_tokens) || tokenCount(usage.prompt_cache_hit_tokens);
  const written =
    tokenCount(input.cache_write_tokens) || tokenCount(usage.cache_creation_input_tokens);
  const cacheWrite1hTokens = Math.min(tokenCount(writes.ephemeral_1h_input_tokens), written);
  const reasoningTokens = tokenCount(output.reasoning_tokens);
  const outputTokens = tokenCount(usage.completion_tokens);
  // xAI counts thoughts beside the completion; only the total gives it away.
  const isApart = tokenCount(usage.total_tokens) === inputTokens + outputTokens + reasoningTokens;
  return {
    inputTokens,
    cacheReadTokens,
    cacheWrite5mTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: isApart ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  };
}

/**
 * OpenAI's counts, and beside them LiteLLM's two names for the cache, which coding agents price a
 * call by.
 */
export function renderUsage(usage: Usage): JsonObject {
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: written,
      cache_creation_token_details: {
        ephemeral_5m_input_tokens: usage.cacheWrite5mTokens,
        ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
      },
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cacheReadTokens,
  };
}
