import type { Strategy } from "../routing/choice.ts";
import type { CountByCategory, Fallbacks, RouterSettings } from "./deployment.ts";
import { readErrorCounts } from "./error-counts.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";
import { milliseconds } from "./settings.ts";

/** LiteLLM's defaults. */
const RETRIES = 2;
const TIMEOUT_SECONDS = 600;
const COOLDOWN_SECONDS = 5;
const LATENCY_TTL_SECONDS = 3_600;

/** As for money in flight: long enough for calls to end, well below every client's patience. */
const QUEUE_WAIT_MS = 5_000;
/** What a pool can hold open at once without becoming slow; beyond it nobody's turn would come. */
const QUEUE_MAX = 1_000;

/** How long vendors keep a prompt cache after it was last read, unless told otherwise. */
const AFFINITY_TTL_SECONDS = 300;

type Router = NonNullable<ConfigFile["router_settings"]>;

export function readRouterSettings(
  file: ConfigFile,
  fallbacks: Fallbacks,
  report: Report,
): RouterSettings {
  const { router_settings: router = {}, litellm_settings: litellm = {} } = file;
  const own = file.sekisho_settings?.routing ?? {};
  const { routing_strategy_args: strategyArguments = {} } = router;
  const at = (name: string) => pathOf(["router_settings", name]);
  return {
    retriesMax: router.num_retries ?? litellm.num_retries ?? RETRIES,
    retriesByCategory: readErrorCounts(router.retry_policy, "Retries", at("retry_policy"), report),
    groupRetries: readGroupRetries(router, report),
    retryAfterMsMin: milliseconds(router.retry_after ?? 0),
    timeoutMs: milliseconds(router.timeout ?? litellm.request_timeout ?? TIMEOUT_SECONDS),
    streamTimeoutMs: optionalMilliseconds(router.stream_timeout),
    firstTokenTimeoutMs: optionalMilliseconds(router.ttft_timeout),
    idleTimeoutMs: optionalMilliseconds(router.stream_idle_timeout),
    connectTimeoutMs: own.connect_timeout_ms,
    strategy: router.routing_strategy,
    groupStrategies: readGroupStrategies(router, report),
    latencyBuffer: strategyArguments.lowest_latency_buffer ?? 0,
    latencyTtlMs: milliseconds(strategyArguments.ttl ?? LATENCY_TTL_SECONDS),
    cooldownMs: milliseconds(router.cooldown_time ?? COOLDOWN_SECONDS),
    isCooldownWritten: router.cooldown_time !== undefined,
    cooldownsDisabled: router.disable_cooldowns ?? false,
    allowedFails: router.allowed_fails ?? litellm.allowed_fails,
    allowedFailsByCategory: readErrorCounts(
      router.allowed_fails_policy,
      "AllowedFails",
      at("allowed_fails_policy"),
      report,
    ),
    affinityTtlMs: readAffinityTtlMs(router, own.affinity, report),
    checksContextWindow: router.enable_pre_call_checks ?? false,
    filtersByTags: router.enable_tag_filtering ?? false,
    tagsMatchAny: router.tag_filtering_match_any ?? true,
    region: router.allowed_model_region,
    fallbacks,
    hedgeAfterMs: own.hedge_after_ms,
    groupHedgeAfterMs: new Map(Object.entries(own.hedge_after_ms_by_model ?? {})),
    queueWaitMs: own.queue_wait_ms ?? QUEUE_WAIT_MS,
    streamQueueWaitMs: own.queue_wait_ms ?? 0,
    queueMax: own.queue_max ?? QUEUE_MAX,
  };
}

function optionalMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : milliseconds(seconds);
}

function readGroupRetries(router: Router, report: Report): Map<string, CountByCategory> {
  const policies = Object.entries(router.model_group_retry_policy ?? {});
  return new Map(
    policies.map(([group, policy]) => {
      const path = pathOf(["router_settings", "model_group_retry_policy", group]);
      return [group, readErrorCounts(policy, "Retries", path, report)];
    }),
  );
}

function readGroupStrategies(router: Router, report: Report): Map<string, Strategy> {
  const strategies = new Map<string, Strategy>();
  for (const [index, group] of (router.routing_groups ?? []).entries()) {
    const { models, routing_strategy: strategy } = group;
    if (strategy !== undefined) for (const model of models) strategies.set(model, strategy);
    if (group["routing_strategy_args"] === undefined) continue;
    const path = pathOf(["router_settings", "routing_groups", index, "routing_strategy_args"]);
    report.warnings.push({ path, message: "not supported yet: those of router_settings count" });
  }
  return strategies;
}

/** LiteLLM's checks that keep a conversation, or an account's thoughts, where they are. */
const AFFINITY_CHECKS = new Set([
  "prompt_caching",
  "deployment_affinity",
  "session_affinity",
  "responses_api_deployment_check",
  "encrypted_content_affinity",
]);
/** Limits of deployments are kept whether or not anybody asks for it. */
const CHECKS_ALWAYS_DONE = new Set(["enforce_model_rate_limits"]);

function readAffinityTtlMs(
  router: Router,
  wanted: boolean | undefined,
  report: Report,
): number | undefined {
  const checks = router.optional_pre_call_checks ?? [];
  for (const [index, name] of checks.entries()) {
    if (AFFINITY_CHECKS.has(name) || CHECKS_ALWAYS_DONE.has(name)) continue;
    const path = pathOf(["router_settings", "optional_pre_call_checks", index]);
    report.warnings.push({ path, message: `not supported yet: the check ${name}` });
  }
  const { deployment_affinity_ttl_seconds: seconds } = router;
  if (wanted === false) return 0;
  const isNamed = checks.some((name) => AFFINITY_CHECKS.has(name));
  if (seconds === undefined && !isNamed && wanted !== true) return undefined;
  return milliseconds(seconds ?? AFFINITY_TTL_SECONDS);
}

/** What a group has that balances by free capacity, where nobody said otherwise. */
export const AFFINITY_TTL_MS = AFFINITY_TTL_SECONDS * 1_000;
