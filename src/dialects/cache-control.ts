import * as z from "zod";
import type { CacheMark } from "../core/chat.ts";
import type { JsonObject } from "../core/json.ts";

/** LiteLLM accepts it in OpenAI's grammar too, on parts, messages and tools. */
export const CACHE_CONTROL = z.object({ ttl: z.string().nullish() }).nullish();

export function cacheMark(control: z.infer<typeof CACHE_CONTROL>): CacheMark | undefined {
  return control ? { ttl: control.ttl === "1h" ? "1h" : "5m" } : undefined;
}

export function cacheControl(mark: CacheMark | undefined): JsonObject {
  if (!mark) return {};
  // Five minutes is the vendor's default; older surfaces refuse to hear it said.
  return {
    cache_control: mark.ttl === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" },
  };
}

/** The vendor refuses a request with more. */
const MARKS_MAX = 4;

/**
 * Takes away the marks that are too many, in the order the vendor reads the prompt. The last ones
 * stay, because each covers everything before it.
 */
export function limitCacheMarks(blocks: readonly JsonObject[]): void {
  const marked = blocks.filter((block) => block.cache_control !== undefined);
  for (const block of marked.slice(0, -MARKS_MAX)) delete block.cache_control;
}
