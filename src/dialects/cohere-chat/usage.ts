import { NO_USAGE, tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";

export function readUsage(body: Json): Usage | undefined {
  return isJsonObject(body) && isJsonObject(body.usage) ? usageOf(body.usage) : undefined;
}

/**
 * Cohere counts twice. `tokens` has its own instructions to the model in it, often forty times the
 * prompt; `billed_units` is what the caller wrote and what the bill will say. What was read from the
 * cache is counted among the former, and costs nothing less, so it is left out with them.
 */
export function usageOf({ billed_units: billed, tokens, cached_tokens }: JsonObject): Usage {
  const isBilled = isJsonObject(billed) && billed.input_tokens !== undefined;
  const counted = isBilled ? billed : tokens;
  const { input_tokens: input, output_tokens: output } = isJsonObject(counted) ? counted : {};
  const inputTokens = tokenCount(input);
  return {
    ...NO_USAGE,
    inputTokens,
    cacheReadTokens: isBilled ? 0 : Math.min(tokenCount(cached_tokens), inputTokens),
    outputTokens: tokenCount(output),
  };
}
