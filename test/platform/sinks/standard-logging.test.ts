import { describe, expect, it } from "vitest";
import { createDatadogSink } from "../../../src/platform/sinks/datadog.ts";
import { standardLoggingPayload } from "../../../src/platform/sinks/standard-logging.ts";
import { fakeIntake } from "./fake-intake.ts";
import { sampleRecord } from "./sample-record.ts";

const USAGE = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  cache_read_input_tokens: 800,
  cache_creation_input_tokens: 100,
  prompt_tokens_details: { cached_tokens: 800, cache_creation_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 50 },
};

/** The sample record as a LiteLLM dashboard expects it, written by hand from the contract. */
const GOLDEN = {
  id: "chatcmpl-1",
  trace_id: "session-7",
  call_id: "6f0c1a3e-0000-4000-8000-000000000001",
  session_id: "session-7",
  call_type: "acompletion",
  stream: true,
  response_cost: 0.004005,
  cost_breakdown: {
    input_cost: 0.001005,
    cache_read_cost: 0.00024,
    cache_creation_cost: 0.000465,
    output_cost: 0.003,
    reasoning_cost: 0.00075,
    tool_usage_cost: 0,
    additional_costs: {},
    total_cost: 0.004005,
    original_cost: 0.004005,
    discount_percent: 0,
    discount_amount: 0,
    margin_percent: 0,
    margin_fixed_amount: 0,
    margin_total_amount: 0,
  },
  response_cost_failure_debug_info: null,
  status: "success",
  status_fields: { llm_api_status: "success", guardrail_status: "not_run" },
  custom_llm_provider: "bedrock",
  total_tokens: 1200,
  prompt_tokens: 1000,
  completion_tokens: 200,
  startTime: 1790000000.12,
  endTime: 1790000002.4,
  completionStartTime: 1790000000.9,
  response_time: 0.78,
  model_map_information: {
    model_map_key: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    model_map_value: null,
  },
  model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  model_id: "cb41",
  model_group: "claude-sonnet",
  api_base: "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse-stream",
  metadata: {
    user_api_key_hash: "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    user_api_key_alias: "svc-a",
    user_api_key_spend: 1.2,
    user_api_key_max_budget: 10,
    user_api_key_budget_reset_at: "2026-10-01T00:00:00.000Z",
    user_api_key_org_id: "o1",
    user_api_key_org_alias: null,
    user_api_key_team_id: "t1",
    user_api_key_team_alias: "core",
    user_api_key_project_id: null,
    user_api_key_project_alias: null,
    user_api_key_user_id: "u1",
    user_api_key_user_email: "u1@example.com",
    user_api_key_end_user_id: "cust-9",
    user_api_key_request_route: "/v1/chat/completions",
    user_api_key_auth_metadata: { purpose: "review-bot" },
    spend_logs_metadata: null,
    requester_ip_address: "192.0.2.7",
    user_agent: "curl/8.5.0",
    requester_metadata: {},
    requester_custom_headers: null,
    prompt_management_metadata: null,
    mcp_tool_call_metadata: null,
    vector_store_request_metadata: null,
    applied_guardrails: [],
    usage_object: USAGE,
    cold_storage_object_key: null,
    team_alias: "core",
    team_id: "t1",
    session_id: "session-7",
    client: "curl",
    client_version: "8.5.0",
    purpose: "review-bot",
  },
  cache_hit: false,
  cache_key: null,
  saved_cache_cost: 0,
  request_tags: ["jobA", "User-Agent: curl/8.5.0"],
  end_user: "cust-9",
  requester_ip_address: "192.0.2.7",
  user_agent: "curl/8.5.0",
  messages: [{ role: "user", content: "redacted-by-litellm" }],
  response: { choices: [{ message: { content: "redacted-by-litellm" } }] },
  error_str: null,
  error_information: {
    error_code: "",
    error_class: "",
    llm_provider: "",
    traceback: "",
    error_message: "",
  },
  model_parameters: { temperature: 0 },
  hidden_params: {
    model_id: "cb41",
    cache_key: null,
    api_base: "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse-stream",
    response_cost: "0.004005",
    litellm_overhead_time_ms: 3,
    additional_headers: null,
    batch_models: null,
    litellm_model_name: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    usage_object: USAGE,
  },
  guardrail_information: [],
  standard_built_in_tools_params: { web_search_options: null, file_search: null },
  status_code: 200,
  error_code: null,
  ending: "finished",
  attempts: 1,
  deployment: "cb41",
  region: "us-east-1",
  route_reason: null,
  cached_tokens_expected: 0,
  cache_lost: false,
  duration_s: 2.28,
  time_to_first_token: 0.78,
  cache_read_input_tokens: 800,
  cache_creation_input_tokens: 100,
  reasoning_tokens: 50,
  usage_source: "reported",
  cost_known: true,
  price_version: "table-2026-11-01",
  config_version: "c0ffee",
};

const CONTENT = {
  messages: [{ role: "user", content: "What is a sekisho?" }],
  response: { choices: [{ message: { role: "assistant", content: "A barrier station." } }] },
};

async function asReceived(changes: Parameters<typeof sampleRecord>[0] = {}) {
  const intake = fakeIntake();
  const tools = { fetch: intake.fetch, nowMs: () => 1_790_000_010_000 };
  const sink = createDatadogSink({ DD_API_KEY: "key" }, [], tools);
  await sink?.deliver([sampleRecord(changes)]);
  return intake.logs[0]?.message;
}

describe("what Datadog receives for a call", () => {
  it("is LiteLLM's payload, field by field, with its content redacted", async () => {
    expect(await asReceived()).toStrictEqual(GOLDEN);
  });

  it("carries messages and answer where the operator switched them on, and differs in nothing else", async () => {
    expect(await asReceived({ content: CONTENT })).toStrictEqual({ ...GOLDEN, ...CONTENT });
  });
});

const payloadOf = (changes: Parameters<typeof sampleRecord>[0]) =>
  standardLoggingPayload(sampleRecord(changes), { late: false });

describe("standardLoggingPayload", () => {
  it("names a failure by LiteLLM's class and status, in our own words only", () => {
    const payload = payloadOf({
      status: "failure",
      statusCode: 429,
      ending: "refused",
      errorCode: "budget_exceeded",
      model: null,
      deploymentId: null,
      provider: null,
      apiBase: null,
    });
    expect(payload).toMatchObject({
      status: "failure",
      status_code: 429,
      model: "claude-sonnet",
      model_id: null,
      api_base: "",
      response: null,
      error_str: "budget_exceeded",
      error_information: {
        error_code: "429",
        error_class: "BudgetExceededError",
        llm_provider: "",
        error_message: "budget_exceeded",
      },
    });
  });

  it("gives a whole answer's duration as its response time, and no time to a first token", () => {
    expect(payloadOf({ stream: false, firstTokenAtMs: null })).toMatchObject({
      response_time: 2.28,
      duration_s: 2.28,
      completionStartTime: 1790000002.4,
      time_to_first_token: null,
    });
  });

  it("says when a cost is a bound and not a price", () => {
    expect(payloadOf({ costKnown: false, priceSource: "bound" })).toMatchObject({
      cost_known: false,
      price_version: "bound",
    });
  });

  it.each([
    [1_600, false],
    [1_602, true],
  ])(
    "says that of %i tokens expected 800 were read from the cache, and whether it was lost: %s",
    (expected, lost) => {
      const changes = { routeReason: "affinity", cachedTokensExpected: expected } as const;
      expect(payloadOf(changes)).toMatchObject({
        route_reason: "affinity",
        cached_tokens_expected: expected,
        cache_read_input_tokens: 800,
        cache_lost: lost,
      });
    },
  );

  it("redacts answers of other grammars in LiteLLM's general shape", () => {
    expect(payloadOf({ callType: "anthropic_messages" }).response).toEqual({
      text: "redacted-by-litellm",
    });
  });

  it("cuts long content at LiteLLM's 10,000 characters", () => {
    const long = "a".repeat(10_001);
    const payload = payloadOf({ content: { messages: [{ content: long }], response: long } });
    expect(payload.messages).toBe(`[{"content":"${"a".repeat(9_987)}`);
    expect(payload.response).toBe("a".repeat(10_000));
    const short = "a".repeat(10_000);
    expect(payloadOf({ content: { messages: [], response: short } }).response).toBe(short);
  });

  it("identifies the call itself where the vendor gave no id and the client no session", () => {
    const payload = payloadOf({ responseId: null, sessionId: null });
    expect(payload.id).toBe(sampleRecord().requestId);
    expect(payload.trace_id).toBe(sampleRecord().requestId);
  });

  it.each([
    ["claude-cli/2.0.1 (external, cli)", "claude-cli", "2.0.1"],
    ["OpenAI/Python 1.30.1", "OpenAI/Python", "1.30.1"],
    ["Go-http-client/1.1", "Go-http-client", "1.1"],
    ["something", "something", null],
    ["", null, null],
    [null, null, null],
  ])("reads the client %j as %j %j", (userAgent, client, version) => {
    const { metadata } = payloadOf({ userAgent });
    expect([metadata.client, metadata.client_version]).toEqual([client, version]);
  });
});
