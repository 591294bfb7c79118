/** What this gateway does with a setting it finds. `later`: LiteLLM has it, this gateway not yet. */
export interface KnownSettings {
  acted: ReadonlySet<string>;
  later: ReadonlySet<string>;
  /** Named by real configurations, and meaningless here: the reason. */
  needless: ReadonlyMap<string, string>;
}

function known(acted: string, later = "", needless: Record<string, string> = {}): KnownSettings {
  return {
    acted: new Set(words(acted)),
    later: new Set(words(later)),
    needless: new Map(Object.entries(needless)),
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

const NO_DATABASE = "records are kept in D1, whose binding is in wrangler.toml";
const NO_REDIS = "Durable Objects hold what LiteLLM keeps in Redis";

export const FILE = known(
  `model_list router_settings litellm_settings general_settings environment_variables
  credential_list sekisho_settings`,
  `include guardrails mcp_servers mcp_tools mcp_aliases prompts search_tools vector_store_registry
  vector_stores agent_list assistant_settings files_settings finetune_settings callback_settings`,
);

export const MODEL_ENTRY = known("model_name litellm_params model_info");

export const LITELLM_PARAMS = known(
  `model custom_llm_provider api_key api_base api_version organization account_id azure_ad_token
  aws_access_key_id aws_secret_access_key aws_session_token aws_region_name aws_bearer_token
  aws_bedrock_runtime_endpoint model_id vertex_project vertex_location vertex_credentials
  vertex_ai_project vertex_ai_location vertex_ai_credentials timeout stream_timeout num_retries
  max_retries rpm tpm weight order tags drop_params litellm_credential_name
  max_parallel_requests region_name cooldown_time`,
  `itpm otpm tag_regex additional_drop_params allowed_openai_params
  max_budget budget_duration configurable_clientside_auth_params use_in_pass_through
  use_litellm_proxy use_chat_completions_api mock_response merge_reasoning_content_in_choices
  keepalive_seconds default_api_key_tpm_limit default_api_key_rpm_limit tenant_id client_id
  client_secret azure_scope azure_username azure_password aws_session_name aws_profile_name
  aws_role_name aws_web_identity_token aws_sts_endpoint aws_external_id aws_session_tags
  extra_headers headers extra_body base_url temperature top_p max_tokens max_completion_tokens seed
  cache_control_injection_points thinking reasoning_effort guardrails model_config`,
);

/** `model_info` is open: whatever is not named here is the operator's own and is passed on. */
export const MODEL_INFO_LATER: ReadonlySet<string> = new Set(
  words(`team_id team_public_model_name tier blocked health_check_model`),
);

export const ROUTER_SETTINGS = known(
  `num_retries timeout stream_timeout cooldown_time model_group_alias routing_strategy
  routing_strategy_args ttft_timeout stream_idle_timeout retry_after allowed_fails disable_cooldowns
  retry_policy model_group_retry_policy allowed_fails_policy fallbacks default_fallbacks
  context_window_fallbacks content_policy_fallbacks max_fallbacks enable_pre_call_checks
  enable_tag_filtering tag_filtering_match_any allowed_model_region default_max_parallel_requests
  optional_pre_call_checks deployment_affinity_ttl_seconds routing_groups`,
  `tag_routing_prefix provider_budget_config default_litellm_params
  set_verbose debug_level cache_responses cache_kwargs caching_groups client_ttl
  polling_interval default_priority assistants_config alerting_config router_general_settings`,
  {
    redis_host: NO_REDIS,
    redis_port: NO_REDIS,
    redis_password: NO_REDIS,
    redis_url: NO_REDIS,
    redis_db: NO_REDIS,
    enable_weighted_failover: "who is asked next is always chosen by the weights",
  },
);

export const LITELLM_SETTINGS = known(
  `callbacks success_callback failure_callback turn_off_message_logging drop_params request_timeout
  num_retries timezone max_budget budget_duration fallbacks default_fallbacks
  context_window_fallbacks content_policy_fallbacks allowed_fails default_internal_user_params
  max_internal_user_budget internal_user_budget_duration cache cache_params max_end_user_budget_id`,
  `service_callback redact_user_api_key_info modify_params
  default_key_generate_params
  upperbound_key_generate_params key_generation_settings default_team_params default_team_settings
  cost_discount_config cost_margin_config extra_spend_tag_headers max_end_user_budget
  datadog_params datadog_llm_observability_params prometheus_metrics_config
  custom_prometheus_metadata_labels enable_end_user_cost_tracking_prometheus_only json_logs
  public_model_groups set_verbose enable_preview_features force_ipv4 ssl_verify telemetry
  audit_log_callbacks store_audit_logs enable_json_schema_validation guardrails tag_budget_config
  langfuse_default_tags default_in_memory_ttl default_redis_ttl cooldown_time`,
);

export const GENERAL_SETTINGS = known(
  `master_key max_request_size_mb litellm_key_header_name maximum_spend_logs_retention_period
  user_header_name user_header_mappings`,
  `store_prompts_in_spend_logs disable_spend_logs
  allow_requests_on_db_unavailable alerting alerting_threshold alert_types alert_to_webhook_url
  alerting_args forward_client_headers_to_llm_api
  pass_through_endpoints user_api_key_cache_ttl user_api_key_cache_max_size cancel_on_disconnect
  sse_keepalive_ping_interval_seconds background_health_checks health_check_interval
  health_check_details proxy_config_reload_interval enforce_user_param custom_auth enable_jwt_auth
  litellm_jwtauth global_max_parallel_requests max_parallel_requests ui_access_mode allowed_ips
  allowed_routes public_routes admin_only_routes disable_master_key_return
  disable_reset_budget infer_model_from_keys default_team_disabled completion_model key_management_system
  key_management_settings spend_report_frequency max_response_size_mb advertised_models
  custom_sso use_client_credentials_pass_through_routes enable_oauth2_auth control_plane_url`,
  {
    database_url: NO_DATABASE,
    database_type: NO_DATABASE,
    database_connection_pool_limit: NO_DATABASE,
    database_connection_timeout: NO_DATABASE,
    maximum_spend_logs_retention_interval: "calls that are too old are removed every hour",
    proxy_batch_write_at: "every call is recorded as it settles",
    use_redis_transaction_buffer: NO_REDIS,
    store_model_in_db: "models added while the gateway runs are always kept in D1",
  },
);

export const SEKISHO_SETTINGS = known(
  "unpriced_models budget_wait_ms request_bytes_max model_facts compat routing private_upstreams experiments",
);

export const CREDENTIAL_ENTRY = known("credential_name credential_values", "", {
  credential_info: "it describes the credential and changes nothing",
});

/** Fields whose text is a secret: worth a warning in the file itself, and never part of an id. */
export function isSecretField(name: string): boolean {
  return /(^|_)(key|key_id|token|secret|password|credentials)$/i.test(name);
}

/** Sinks a record can be copied to. */
export const CALLBACKS: ReadonlySet<string> = new Set(["datadog"]);
