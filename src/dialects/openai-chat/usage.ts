import { tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { nanoFromUsd } from "../../core/money.ts";
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
  const toldNanoUsd = readToldCost(usage);
  return {
    inputTokens,
    cacheReadTokens,
    cacheWrite5mTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: isApart ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
    ...(toldNanoUsd !== undefined && { toldNanoUsd }),
  };
}

/**
 * OpenRouter's `cost`, to which the bill of the vendor behind it is added where that is paid apart,
 * and Perplexity's `cost.total_cost`; both in USD.
 */
function readToldCost(usage: JsonObject): number | undefined {
  const { cost, cost_details: details, is_byok: isOwnKey } = usage;
  const usd = typeof cost === "object" ? objectIn(cost).total_cost : cost;
  const upstream = isOwnKey === true ? objectIn(details).upstream_inference_cost : 0;
  return isAmount(usd) && isAmount(upstream) ? nanoFromUsd(usd + upstream) : undefined;
}

function isAmount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
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
