import { tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn } from "../lenient.ts";

/** This grammar counts cached tokens beside `input_tokens`; ours counts them in. */
export function usageOf(usage: JsonObject): Usage {
  const cacheReadTokens = tokenCount(usage.cache_read_input_tokens);
  const writes = objectIn(usage.cache_creation);
  const written = Math.max(
    tokenCount(usage.cache_creation_input_tokens),
    tokenCount(writes.ephemeral_5m_input_tokens) + tokenCount(writes.ephemeral_1h_input_tokens),
  );
  // Where the split is missing, the five minutes that are the default are assumed.
  const cacheWrite1hTokens = Math.min(tokenCount(writes.ephemeral_1h_input_tokens), written);
  const details = objectIn(usage.output_tokens_details);
  return {
    inputTokens: tokenCount(usage.input_tokens) + cacheReadTokens + written,
    cacheReadTokens,
    cacheWrite5mTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: tokenCount(usage.output_tokens),
    reasoningTokens: tokenCount(details.thinking_tokens),
  };
}

/**
 * Later counts replace earlier ones: `message_delta` repeats or corrects what `message_start` said.
 * A zero takes nothing back; some surfaces write it for what they do not repeat.
 */
export function mergeUsage(earlier: JsonObject, later: Json | undefined): JsonObject {
  if (!isJsonObject(later)) return earlier;
  const said = Object.entries(later).filter(([, value]) => value !== null && value !== 0);
  return { ...earlier, ...Object.fromEntries(said) };
}

export function renderUsage(usage: Usage): JsonObject {
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cacheReadTokens - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite5mTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    ...(usage.reasoningTokens > 0
      ? { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }
      : {}),
  };
}
