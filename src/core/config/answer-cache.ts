import type { AnswerCacheSettings } from "../answer-cache.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";

/** LiteLLM's own default: ten minutes. */
const TTL_SECONDS = 600;

type LitellmSettings = NonNullable<ConfigFile["litellm_settings"]>;

/**
 * `cache` and `cache_params`. Where LiteLLM keeps answers (`type`, `host`) makes no difference here:
 * a Durable Object has each of them.
 */
export function readAnswerCache(
  { cache, cache_params: params = {} }: LitellmSettings,
  report: Report,
): AnswerCacheSettings | undefined {
  if (cache !== true) return undefined;
  if (params.type?.includes("semantic") === true) {
    const path = pathOf(["litellm_settings", "cache_params", "type"]);
    const message = "not supported: calls are recognised when they are the same, not when similar";
    report.warnings.push({ path, message });
  }
  return {
    byDefault: params.mode !== "default_off",
    ttlMs: Math.round((params.ttl ?? TTL_SECONDS) * 1_000),
    callTypes: params.supported_call_types?.flatMap((name) => [name, `a${name}`]),
    namespace: params.namespace ?? "",
  };
}
