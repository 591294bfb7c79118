import type { Usage } from "../../core/chat.ts";
import { tokenCount } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";

/** `undefined` also for the early chunks of a stream, which carry the object but no counts. */
export function readGeminiUsage(body: Json): Usage | undefined {
  const counts = isJsonObject(body) ? body.usageMetadata : undefined;
  if (!isJsonObject(counts) || typeof counts.promptTokenCount !== "number") return undefined;
  const reasoningTokens = tokenCount(counts.thoughtsTokenCount);
  return {
    inputTokens: tokenCount(counts.promptTokenCount) + tokenCount(counts.toolUsePromptTokenCount),
    // Part of the prompt's count, not beside it.
    cacheReadTokens: tokenCount(counts.cachedContentTokenCount),
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    // Thoughts are billed as output but stand outside the candidates' count.
    outputTokens: tokenCount(counts.candidatesTokenCount) + reasoningTokens,
    reasoningTokens,
  };
}

/** The vendor that answered may have charged for filling its cache; there is no word for that here. */
export function renderUsage(usage: Usage): JsonObject {
  const { inputTokens, cacheReadTokens, outputTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: Math.max(outputTokens - reasoningTokens, 0),
    totalTokenCount: inputTokens + outputTokens,
    ...(cacheReadTokens > 0 ? { cachedContentTokenCount: cacheReadTokens } : {}),
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
  };
}
