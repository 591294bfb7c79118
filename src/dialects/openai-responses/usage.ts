import { tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn } from "../lenient.ts";

// OpenAI keeps prompts for 30 minutes or 12 hours, others for 5 minutes or one hour. What a write
// costs depends on whether the time was the vendor's short or its long one, so that is what counts.

export function usageOf(usage: JsonObject): Usage {
  const input = objectIn(usage.input_tokens_details);
  const output = objectIn(usage.output_tokens_details);
  const writes = objectIn(input.cache_write_tokens_details);
  const written = tokenCount(input.cache_write_tokens);
  const long = Math.min(tokenCount(writes.ttl_12h_tokens), written);
  return {
    inputTokens: tokenCount(usage.input_tokens),
    cacheReadTokens: tokenCount(input.cached_tokens),
    cacheWrite5mTokens: written - long,
    cacheWrite1hTokens: long,
    outputTokens: tokenCount(usage.output_tokens),
    reasoningTokens: tokenCount(output.reasoning_tokens),
  };
}

export function renderUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
      cache_write_tokens_details: {
        ttl_30m_tokens: usage.cacheWrite5mTokens,
        ttl_12h_tokens: usage.cacheWrite1hTokens,
      },
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
