import type { Json } from "../../core/json.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import { isCacheLost } from "../../core/lost-cache.ts";
import { usdFromNano } from "../../core/money.ts";
import type { CallRecord } from "../../core/record.ts";
import { readClient } from "./client.ts";
import { errorClassOf } from "./error-class.ts";

export interface PayloadOptions {
  /** The record comes so long after its call that the sink shows it at the wrong time. */
  late: boolean;
}

export type StandardLoggingPayload = ReturnType<typeof standardLoggingPayload>;

/**
 * A record as LiteLLM's StandardLoggingPayload, the object all its log sinks carry: every field under
 * its name, in its type and unit (USD as a float, times as epoch seconds), and below them our own.
 * Fields for features that do not exist here are there and empty, so that no query misses one.
 */
export function standardLoggingPayload(record: CallRecord, options: PayloadOptions) {
  return {
    ...identity(record),
    ...money(record),
    ...times(record),
    ...upstream(record),
    ...failure(record),
    ...content(record),
    status: record.status,
    status_fields: { llm_api_status: record.status, guardrail_status: "not_run" },
    ...tokenCounts(record),
    metadata: metadata(record),
    cache_hit: record.cacheHit,
    cache_key: null,
    saved_cache_cost: 0,
    request_tags: record.tags,
    end_user: record.endUser,
    requester_ip_address: record.requesterIp,
    user_agent: record.userAgent,
    model_parameters: record.parameters,
    hidden_params: hiddenParameters(record),
    guardrail_information: [],
    standard_built_in_tools_params: { web_search_options: null, file_search: null },
    // From here on ours.
    status_code: record.statusCode,
    error_code: record.errorCode,
    ending: record.ending,
    attempts: record.attempts,
    deployment: record.deploymentId,
    region: record.region,
    ...promptCache(record),
    usage_source: record.usageSource,
    config_version: record.configVersion,
    ...(options.late ? { late: true } : {}),
  };
}

function identity(record: CallRecord) {
  return {
    id: record.responseId ?? record.requestId,
    // One trace holds the calls of one session, as LiteLLM's does when a client names its session.
    trace_id: record.sessionId ?? record.requestId,
    call_id: record.requestId,
    session_id: record.sessionId,
    call_type: record.callType,
    stream: record.stream,
  };
}

function money(record: CallRecord) {
  return {
    response_cost: usdFromNano(record.costNanoUsd),
    cost_breakdown: costBreakdown(record),
    response_cost_failure_debug_info: null,
    cost_known: record.costKnown,
    price_version: record.priceSource,
  };
}

/** LiteLLM's `input_cost` and `output_cost` include the finer figures beside them, and add up. */
function costBreakdown({ cost, costNanoUsd }: CallRecord) {
  return {
    input_cost: usdFromNano(cost.input + cost.cacheRead + cost.cacheWrite),
    cache_read_cost: usdFromNano(cost.cacheRead),
    cache_creation_cost: usdFromNano(cost.cacheWrite),
    output_cost: usdFromNano(cost.output + cost.reasoning),
    reasoning_cost: usdFromNano(cost.reasoning),
    tool_usage_cost: 0,
    additional_costs: {},
    total_cost: usdFromNano(costNanoUsd),
    original_cost: usdFromNano(costNanoUsd),
    discount_percent: 0,
    discount_amount: 0,
    margin_percent: 0,
    margin_fixed_amount: 0,
    margin_total_amount: 0,
  };
}

function times(record: CallRecord) {
  const durationMs = record.endedAtMs - record.startedAtMs;
  const firstTokenMs =
    record.firstTokenAtMs === null ? null : record.firstTokenAtMs - record.startedAtMs;
  return {
    startTime: seconds(record.startedAtMs),
    endTime: seconds(record.endedAtMs),
    completionStartTime: seconds(record.firstTokenAtMs ?? record.endedAtMs),
    // LiteLLM's meaning: of a stream it is the time to the first token. `duration_s` is never that.
    response_time: seconds(record.stream ? (firstTokenMs ?? durationMs) : durationMs),
    duration_s: seconds(durationMs),
    time_to_first_token: firstTokenMs === null ? null : seconds(firstTokenMs),
  };
}

function upstream(record: CallRecord) {
  // A call that reached no deployment has no upstream model, but queries expect a name.
  const model = record.model ?? record.modelGroup;
  return {
    custom_llm_provider: record.provider,
    model,
    model_group: record.modelGroup,
    model_id: record.deploymentId,
    api_base: record.apiBase ?? "",
    model_map_information: { model_map_key: model, model_map_value: null },
  };
}

function tokenCounts({ usage }: CallRecord) {
  return {
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation_input_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}

/** `cache_read_input_tokens` beside it says what was observed. */
function promptCache(record: CallRecord) {
  const { routeReason, cachedTokensExpected, usage } = record;
  return {
    route_reason: routeReason,
    cached_tokens_expected: cachedTokensExpected,
    cache_lost: isCacheLost({ ...record, cacheReadTokens: usage.cacheReadTokens }),
  };
}

function usageObject(record: CallRecord) {
  const { reasoning_tokens, ...counts } = tokenCounts(record);
  return {
    ...counts,
    prompt_tokens_details: {
      cached_tokens: counts.cache_read_input_tokens,
      cache_creation_tokens: counts.cache_creation_input_tokens,
    },
    completion_tokens_details: { reasoning_tokens },
  };
}

/** Codes only: a vendor's message may quote the prompt, and a stack names nothing the reader has. */
function failure({ errorCode, statusCode, provider }: CallRecord) {
  return {
    error_str: errorCode,
    error_information: {
      error_code: errorCode === null ? "" : String(statusCode),
      error_class: errorCode === null ? "" : errorClassOf(errorCode, statusCode),
      llm_provider: errorCode === null ? "" : (provider ?? ""),
      traceback: "",
      error_message: errorCode ?? "",
    },
  };
}

/** LiteLLM's placeholders for message logging that is off, in its shapes. */
function content(record: CallRecord): { messages: Json; response: Json } {
  if (record.content !== null) {
    return {
      messages: truncate(record.content.messages),
      response: truncate(record.content.response),
    };
  }
  return {
    messages: [{ role: "user", content: REDACTED }],
    response: record.status === "failure" ? null : redactedResponse(record.callType),
  };
}

function redactedResponse(callType: CallRecord["callType"]): Json {
  switch (callType) {
    case "acompletion":
      return { choices: [{ message: { content: REDACTED } }] };
    case "aresponses":
      return { output: [{ type: "message", content: [{ type: "output_text", text: REDACTED }] }] };
    case "agenerate_content":
      return { candidates: [{ content: { role: "model", parts: [{ text: REDACTED }] } }] };
    case "anthropic_messages":
    case "count_tokens":
    case "atext_completion":
    case "aembedding":
    case "arerank":
    case "amoderation":
    case "aimage_generation":
    case "atranscription":
    case "aspeech":
      return { text: REDACTED };
  }
}

/** Content that is too long becomes the beginning of its text, as in LiteLLM. */
function truncate(value: unknown): Json {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
  if (text.length > CONTENT_CHARACTERS_MAX) return text.slice(0, CONTENT_CHARACTERS_MAX);
  return typeof value === "string" ? value : (parseJson(text) ?? null);
}

function metadata(record: CallRecord) {
  const client = readClient(record.userAgent);
  return {
    user_api_key_hash: record.keyHash,
    user_api_key_alias: record.keyAlias,
    user_api_key_spend: usdFromNano(record.keySpendNanoUsd),
    user_api_key_max_budget:
      record.keyMaxBudgetNanoUsd === null ? null : usdFromNano(record.keyMaxBudgetNanoUsd),
    user_api_key_budget_reset_at:
      record.keyBudgetResetAtMs === null ? null : new Date(record.keyBudgetResetAtMs).toISOString(),
    user_api_key_org_id: record.organizationId,
    user_api_key_org_alias: null,
    user_api_key_team_id: record.teamId,
    user_api_key_team_alias: record.teamAlias,
    user_api_key_project_id: null,
    user_api_key_project_alias: null,
    user_api_key_user_id: record.userId,
    user_api_key_user_email: record.userEmail,
    user_api_key_end_user_id: record.endUser,
    user_api_key_request_route: record.route,
    user_api_key_auth_metadata: scalars(record.keyMetadata),
    spend_logs_metadata: null,
    requester_ip_address: record.requesterIp,
    user_agent: record.userAgent,
    requester_metadata: {},
    requester_custom_headers: null,
    prompt_management_metadata: null,
    mcp_tool_call_metadata: null,
    vector_store_request_metadata: null,
    applied_guardrails: [],
    usage_object: usageObject(record),
    cold_storage_object_key: null,
    team_alias: record.teamAlias,
    team_id: record.teamId,
    session_id: record.sessionId,
    client: client.name,
    client_version: client.version,
    purpose: typeof record.keyMetadata.purpose === "string" ? record.keyMetadata.purpose : null,
  };
}

/** LiteLLM keeps per-team callback credentials inside key metadata, in objects; they stay here. */
function scalars(values: CallRecord["keyMetadata"]): CallRecord["keyMetadata"] {
  const kept = Object.entries(values).filter(
    ([, value]) => !isJsonObject(value) && !Array.isArray(value),
  );
  return Object.fromEntries(kept);
}

function hiddenParameters(record: CallRecord) {
  return {
    model_id: record.deploymentId,
    cache_key: null,
    api_base: record.apiBase,
    // LiteLLM writes this one as text.
    response_cost: String(usdFromNano(record.costNanoUsd)),
    litellm_overhead_time_ms: record.overheadMs,
    additional_headers: null,
    batch_models: null,
    litellm_model_name: record.model,
    usage_object: usageObject(record),
  };
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

const REDACTED = "redacted-by-litellm";

/** LiteLLM's figure for `messages` and `response` each. */
const CONTENT_CHARACTERS_MAX = 10_000;
