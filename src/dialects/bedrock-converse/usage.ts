import { tokenCount } from "../../core/chat.ts";
import type { Usage } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectsIn } from "../lenient.ts";

/** The counts of a whole answer, or of a stream's `metadata`: cached tokens stand beside the input. */
export function readUsage(body: Json): Usage | undefined {
  const usage = isJsonObject(body) ? body.usage : undefined;
  if (!isJsonObject(usage) || typeof usage.inputTokens !== "number") return undefined;
  const cacheReadTokens = tokenCount(usage.cacheReadInputTokens);
  const details = objectsIn(usage.cacheDetails);
  const writtenFor = (ttl: string): number =>
    details
      .filter((one) => one.ttl === ttl)
      .reduce((sum, one) => sum + tokenCount(one.inputTokens), 0);
  const cacheWrite1hTokens = writtenFor("1h");
  const written = Math.max(
    tokenCount(usage.cacheWriteInputTokens),
    cacheWrite1hTokens + writtenFor("5m"),
  );
  return {
    inputTokens: tokenCount(usage.inputTokens) + cacheReadTokens + written,
    cacheReadTokens,
    // Where the split is missing, the five minutes that are the default are assumed.
    cacheWrite5mTokens: written - cacheWrite1hTokens,
    cacheWrite1hTokens,
    outputTokens: tokenCount(usage.outputTokens),
    // Thoughts are counted as output and never apart.
    reasoningTokens: 0,
  };
}

export function renderUsage(usage: Usage): JsonObject {
  const { cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = usage;
  const written = cacheWrite5mTokens + cacheWrite1hTokens;
  // Longest first, as AWS sorts them.
  const details = [
    { ttl: "1h", inputTokens: cacheWrite1hTokens },
    { ttl: "5m", inputTokens: cacheWrite5mTokens },
  ].filter((one) => one.inputTokens > 0);
  return {
    inputTokens: Math.max(0, usage.inputTokens - cacheReadTokens - written),
    outputTokens,
    totalTokens: usage.inputTokens + outputTokens,
    cacheReadInputTokens: cacheReadTokens,
    cacheWriteInputTokens: written,
    cacheDetails: details,
  };
}
