import type { Json, JsonObject } from "../../core/json.ts";
import { isCacheLost } from "../../core/lost-cache.ts";
import { usdFromNano } from "../../core/money.ts";
import type { RequestRow } from "../../platform/db/schema/requests.ts";
import { renderOptionalTime, renderTime } from "./render.ts";

/** One call as LiteLLM's `SpendLogs` has it; what LiteLLM has no field for stands in `metadata`. */
export function renderLog(row: RequestRow): JsonObject {
  return {
    request_id: row.requestId,
    api_key: row.keyHash,
    // A call that reached no deployment has no upstream model, but reports expect a name.
    model: row.model ?? row.modelGroup,
    model_group: row.modelGroup,
    model_id: row.deploymentId,
    api_base: row.apiBase ?? "",
    call_type: row.callType,
    spend: usdFromNano(row.costNanoUsd),
    total_tokens: row.inputTokens + row.outputTokens,
    prompt_tokens: row.inputTokens,
    completion_tokens: row.outputTokens,
    startTime: renderTime(row.startedAtMs),
    endTime: renderTime(row.endedAtMs),
    completionStartTime: renderOptionalTime(row.firstTokenAtMs),
    user: row.userId ?? "",
    team_id: row.teamId,
    end_user: row.endUser ?? "",
    metadata: renderMetadata(row),
    // As text, because that is what LiteLLM's table has.
    cache_hit: row.cacheHit ? "True" : "False",
    cache_key: "Cache OFF",
    request_tags: row.tags,
    requester_ip_address: row.requesterIp,
    session_id: row.sessionId,
    status: row.status,
    custom_llm_provider: row.provider ?? "",
    messages: contentOf(row.content?.messages),
    response: contentOf(row.content?.response),
  };
}

/** Codes and counts. What was said is in no field but `messages` and `response`. */
function renderMetadata(row: RequestRow): JsonObject {
  return {
    user_api_key: row.keyHash,
    user_api_key_alias: row.keyAlias,
    user_api_key_team_id: row.teamId,
    user_api_key_team_alias: row.teamAlias,
    user_api_key_org_id: row.organizationId,
    user_api_key_user_id: row.userId,
    user_api_key_user_email: row.userEmail,
    user_api_key_request_route: row.route,
    requester_ip_address: row.requesterIp,
    user_agent: row.userAgent,
    spend_logs_metadata: null,
    status: row.status,
    status_code: row.statusCode,
    error_information: renderError(row),
    additional_usage_values: {
      cache_read_input_tokens: row.cacheReadTokens,
      cache_creation_input_tokens: row.cacheWrite5mTokens + row.cacheWrite1hTokens,
      reasoning_tokens: row.reasoningTokens,
    },
    cost_breakdown: {
      input_cost: usdFromNano(row.costInputNanoUsd),
      cache_read_cost: usdFromNano(row.costCacheReadNanoUsd),
      cache_creation_cost: usdFromNano(row.costCacheWriteNanoUsd),
      output_cost: usdFromNano(row.costOutputNanoUsd),
      reasoning_cost: usdFromNano(row.costReasoningNanoUsd),
      total_cost: usdFromNano(row.costNanoUsd),
    },
    cost_known: row.costKnown,
    price_source: row.priceSource,
    usage_source: row.usageSource,
    ending: row.ending,
    attempts: row.attempts,
    route_reason: row.routeReason,
    cached_tokens_expected: row.cachedTokensExpected,
    cache_lost: isCacheLost(row),
    stream: row.stream,
    region: row.region,
    client: row.client,
    purpose: row.purpose,
    overhead_ms: row.overheadMs,
    config_version: row.configVersion,
    model_parameters: row.parameters,
  };
}

function renderError(row: RequestRow): JsonObject | null {
  if (row.status === "success") return null;
  return {
    error_code: String(row.statusCode),
    error_class: row.errorCode ?? "",
    llm_provider: row.provider ?? "",
  };
}

/** LiteLLM's way of saying that nothing was kept. */
function contentOf(said: unknown): Json {
  // It was stored as JSON and read back as JSON.
  return (said ?? {}) as Json;
}
