import * as z from "zod";
import { SUBJECT_KINDS } from "../experiments.ts";
import { factsDocument } from "../facts/document.ts";
import {
  routingSettings,
  routerSettings,
  allowedFailsPolicy,
  fallbackTable,
} from "./router-schema.ts";
import {
  count,
  flag,
  mapping,
  names,
  number,
  optionalText,
  retries,
  seconds,
  text,
  texts,
} from "./schema-fields.ts";
import { endUserBudgetSettings, endUserHeaderSettings } from "./end-users.ts";
import { newUserSettings } from "./new-users.ts";

/**
 * The shape of the file after references are resolved. Objects are loose: unknown names are reported
 * elsewhere, by name, and some of them (prices, `model_info`) are read by their own rules.
 */

/** Which of LiteLLM's releases scripts were written against. */
const compat = z.strictObject({
  error_status: z
    .enum(["litellm-1.84+", "litellm-legacy"], {
      error: "must be litellm-1.84+ (the default) or litellm-legacy",
    })
    .optional(),
});

const litellmParams = z.looseObject(
  {
    model: text("is missing: write provider/model, or set the variable it refers to"),
    custom_llm_provider: optionalText,
    litellm_credential_name: optionalText,
    timeout: seconds,
    stream_timeout: seconds,
    num_retries: retries,
    max_retries: retries,
    rpm: count,
    tpm: count,
    weight: number(0, false),
    order: number(0, true),
    tags: texts,
    max_parallel_requests: count,
    region_name: optionalText,
    cooldown_time: number(0, false),
    drop_params: flag,
  },
  {
    error: (issue) =>
      issue.input === undefined ? "is missing: it says which model to call" : mapping,
  },
);

const modelInfo = z.looseObject(
  {
    id: optionalText,
    base_model: optionalText,
    access_groups: texts,
    mode: optionalText,
    cooldown_time: number(0, false),
    allowed_fails: number(0, true),
    allowed_fails_policy: allowedFailsPolicy,
    max_output_tokens: count,
    max_input_tokens: count,
    supports_vision: flag,
    supports_function_calling: flag,
    supports_tool_choice: flag,
    supports_prompt_caching: flag,
    supports_reasoning: flag,
    supports_response_schema: flag,
    supports_assistant_prefill: flag,
  },
  mapping,
);

const modelEntry = z.looseObject(
  {
    model_name: text("is missing: it is the name callers use"),
    litellm_params: litellmParams,
    model_info: modelInfo.optional(),
  },
  mapping,
);

/** The dearest rate anything may have (`RATE_PICO_MAX`), which also catches a slipped decimal point. */
const USD_PER_MILLION_MAX = 10_000;
const usdPerMillion = `must be a number between 0 and ${USD_PER_MILLION_MAX}`;

const unpricedModels = z.union(
  [
    z.literal("refuse"),
    z.strictObject({
      usd_per_million_tokens: z
        .number()
        .min(0, usdPerMillion)
        .max(USD_PER_MILLION_MAX, usdPerMillion),
    }),
  ],
  { error: "must be `refuse`, or a mapping with usd_per_million_tokens" },
);

const cacheParams = z.looseObject(
  {
    type: optionalText,
    ttl: seconds,
    namespace: optionalText,
    mode: z.enum(["default_on", "default_off"]).optional(),
    supported_call_types: texts,
  },
  mapping,
);

const experiments = z.array(
  z.strictObject({
    name: text("is missing: records and reports name it"),
    model: text("is missing: it is the name callers use"),
    subject: z.enum(SUBJECT_KINDS).optional(),
    variants: z
      .array(
        z.strictObject({
          name: text("is missing: records and reports name it"),
          model: text("is missing: it is the model_name that serves it"),
          percent: z.number().min(0).max(100),
        }),
      )
      .min(2, "must be two or more"),
  }),
  { error: "must be a list of experiments" },
);

export const fileSchema = z.looseObject({
  model_list: z.array(modelEntry, { error: "must be a list of models" }).optional(),
  router_settings: routerSettings.optional(),
  litellm_settings: z
    .looseObject(
      {
        callbacks: names,
        success_callback: names,
        failure_callback: names,
        turn_off_message_logging: flag,
        drop_params: flag,
        request_timeout: seconds,
        num_retries: retries,
        fallbacks: fallbackTable,
        default_fallbacks: texts,
        context_window_fallbacks: fallbackTable,
        content_policy_fallbacks: fallbackTable,
        allowed_fails: number(0, true),
        timezone: optionalText,
        max_budget: number(0, false),
        budget_duration: optionalText,
        cache: flag,
        cache_params: cacheParams.optional(),
        ...newUserSettings,
        ...endUserBudgetSettings,
      },
      mapping,
    )
    .optional(),
  general_settings: z
    .looseObject(
      {
        max_request_size_mb: number(0.001, false),
        litellm_key_header_name: optionalText,
        ...endUserHeaderSettings,
        maximum_spend_logs_retention_period: optionalText,
      },
      mapping,
    )
    .optional(),
  sekisho_settings: z
    .looseObject(
      {
        unpriced_models: unpricedModels.optional(),
        budget_wait_ms: number(0, true),
        request_bytes_max: count,
        model_facts: factsDocument.optional(),
        compat: compat.optional(),
        routing: routingSettings.optional(),
        experiments: experiments.optional(),
        private_upstreams: flag,
      },
      mapping,
    )
    .optional(),
  credential_list: z
    .array(
      z.looseObject(
        {
          credential_name: text("is missing: litellm_credential_name refers to it"),
          credential_values: z.record(z.string(), z.unknown(), { error: mapping }),
        },
        mapping,
      ),
      { error: "must be a list of credentials" },
    )
    .optional(),
  environment_variables: z.record(z.string(), z.unknown(), { error: mapping }).optional(),
});

export type ConfigFile = z.infer<typeof fileSchema>;
export type ModelEntry = z.infer<typeof modelEntry>;
