import type { BodyPatch } from "../core/body-patch.ts";

/**
 * Members of a request that LiteLLM's clients send to the gateway itself. No vendor knows them, and
 * most answer 400 to a member they do not know.
 */
const GATEWAY_FIELDS = [
  "additional_drop_params",
  "allowed_model_region",
  "allowed_openai_params",
  // Callers of Bedrock's grammars say their flags here; the flags travel on by themselves.
  "anthropic_beta",
  "api_base",
  "api_key",
  "api_version",
  "base_url",
  "cache",
  "caching",
  "context_window_fallback_dict",
  "custom_llm_provider",
  "disable_fallbacks",
  "drop_params",
  "extra_headers",
  "fallbacks",
  "guardrails",
  "litellm_call_id",
  "litellm_metadata",
  "litellm_session_id",
  "litellm_trace_id",
  "mock_response",
  "mock_testing_content_policy_fallbacks",
  "mock_testing_context_fallbacks",
  "mock_testing_fallbacks",
  "mock_timeout",
  "mock_tool_calls",
  "no-log",
  "num_retries",
  "request_timeout",
  "stream_timeout",
  "tags",
  "timeout",
] as const;

export function removeGatewayFields(body: BodyPatch): void {
  for (const name of GATEWAY_FIELDS) body.delete(name);
}
