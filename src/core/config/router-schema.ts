import * as z from "zod";
import { STRATEGIES } from "../routing/choice.ts";
import { REGIONS } from "../routing/region.ts";
import {
  count,
  flag,
  mapping,
  number,
  optionalText,
  retries,
  seconds,
  text,
  texts,
} from "./schema-fields.ts";

const alias = z.union([z.string(), z.looseObject({ model: z.string() })], {
  error: "must be a model_name, or a mapping with `model`",
});

const strategy = z
  .enum(STRATEGIES, { error: `must be one of ${STRATEGIES.join(", ")}` })
  .optional();

/** Kind of error → number. Which kinds there are is told where they are read. */
const policy = z.record(z.string(), retries, { error: mapping }).optional();

export const allowedFailsPolicy = policy;

/** `[{"a": ["b", "c"]}]`; one target may stand without brackets. */
export const fallbackTable = z
  .array(
    z.record(
      z.string(),
      z.preprocess(
        (value) => (typeof value === "string" ? [value] : value),
        z.array(text(), { error: "must be a list of names" }),
      ),
      { error: 'must be a mapping: {"a": ["b"]}' },
    ),
    { error: 'must be a list such as [{"a": ["b"]}]' },
  )
  .optional();

const routingGroup = z.looseObject({
  group_name: optionalText,
  models: z.array(text(), { error: "must be a list of names" }),
  routing_strategy: strategy,
});

/** What is decided for one call, so a key or a team may have it otherwise. */
const callSettings = {
  num_retries: retries,
  retry_after: number(0, false),
  retry_policy: policy,
  model_group_retry_policy: z.record(z.string(), policy, { error: mapping }).optional(),
  timeout: seconds,
  stream_timeout: seconds,
  ttft_timeout: seconds,
  stream_idle_timeout: seconds,
  routing_strategy: strategy,
  fallbacks: fallbackTable,
  default_fallbacks: texts,
  context_window_fallbacks: fallbackTable,
  content_policy_fallbacks: fallbackTable,
  max_fallbacks: number(0, true),
  enable_pre_call_checks: flag,
  enable_tag_filtering: flag,
  tag_filtering_match_any: flag,
  allowed_model_region: z
    .enum(REGIONS, { error: `must be one of ${REGIONS.join(", ")}` })
    .optional(),
  model_group_alias: z.record(z.string(), alias, { error: mapping }).optional(),
};

export const routerSettings = z.looseObject(
  {
    ...callSettings,
    routing_strategy_args: z
      .looseObject({ ttl: seconds, lowest_latency_buffer: number(0, false) }, mapping)
      .optional(),
    routing_groups: z.array(routingGroup, { error: "must be a list of mappings" }).optional(),
    cooldown_time: number(0, false),
    disable_cooldowns: flag,
    allowed_fails: number(0, true),
    allowed_fails_policy: allowedFailsPolicy,
    default_max_parallel_requests: count,
    optional_pre_call_checks: texts,
    deployment_affinity_ttl_seconds: number(0, false),
  },
  mapping,
);

/** `router_settings` of a key or a team. */
export const keyRouterSettings = z.object(callSettings, mapping);

/** `sekisho_settings.routing`: what LiteLLM has no word for. */
export const routingSettings = z.strictObject(
  {
    connect_timeout_ms: count,
    hedge_after_ms: count,
    hedge_after_ms_by_model: z.record(z.string(), count, { error: mapping }).optional(),
    queue_wait_ms: number(0, true),
    queue_max: number(0, true),
    affinity: flag,
  },
  { error: (issue) => (issue.code === "unrecognized_keys" ? undefined : mapping) },
);
