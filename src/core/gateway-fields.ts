/**
 * Members of a request that LiteLLM's clients send to the gateway itself. No vendor knows them, and most
 * answer 400 to a member they do not know.
 */
export const GATEWAY_FIELDS = {
  /** The same call is answered the same, whatever they say. */
  aside: [
    "additional_drop_params",
    "allowed_openai_params",
    "api_base",
    "api_key",
    "api_version",
    "base_url",
    "cache",
    "caching",
    "custom_llm_provider",
    "drop_params",
    "extra_headers",
    "litellm_call_id",
    "litellm_metadata",
    "litellm_session_id",
    "litellm_trace_id",
    "no-log",
    "num_retries",
    "request_timeout",
    "stream_timeout",
    "tags",
    "timeout",
  ],
  /** They change who may answer, or what. */
  decisive: [
    "allowed_model_region",
    // Callers of Bedrock's grammars say their flags here; the flags travel on by themselves.
    "anthropic_beta",
    "context_window_fallback_dict",
    "disable_fallbacks",
    "fallbacks",
    "guardrails",
    "mock_response",
    "mock_testing_content_policy_fallbacks",
    "mock_testing_context_fallbacks",
    "mock_testing_fallbacks",
    "mock_timeout",
    "mock_tool_calls",
  ],
} as const;
