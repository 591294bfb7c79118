import type { JsonObject } from "../../../src/core/json.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import * as answers from "../../fixtures/openai-chat/answers.ts";
import * as streams from "../../fixtures/openai-chat/streams.ts";
import { callerContract } from "../caller.contract.ts";
import type { Summary } from "../summary.ts";
import { upstreamContract } from "../upstream.contract.ts";

const NO_CACHE = { cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };

const parallelCalls: Summary = {
  finish: "tool-calls",
  usage: {
    inputTokens: 1200,
    cacheReadTokens: 1024,
    cacheWrite5mTokens: 100,
    cacheWrite1hTokens: 0,
    outputTokens: 62,
    reasoningTokens: 20,
  },
  blocks: [
    { kind: "text", text: 'Checking 東京 🗼 "both".\n' },
    { kind: "tool-call", id: "call_9wzQ", name: "weather", arguments: { city: "Tokyo" } },
    { kind: "tool-call", id: "call_7kLm", name: "weather", arguments: { city: "Oslo" } },
  ],
};

const compatible: Summary = {
  finish: "tool-calls",
  // The thoughts were counted beside the completion.
  usage: { ...NO_CACHE, inputTokens: 12, cacheReadTokens: 8, outputTokens: 40, reasoningTokens: 30 },
  blocks: [
    { kind: "reasoning", text: "Hm, well." },
    { kind: "text", text: "Let me look." },
    { kind: "tool-call", id: "call_7f3c_0", name: "look", arguments: { at: 1 } },
  ],
};

const azureFiltered: Summary = {
  finish: "content-filter",
  usage: { ...NO_CACHE, inputTokens: 15, outputTokens: 4, reasoningTokens: 0 },
  blocks: [{ kind: "text", text: "Half a sent" }],
};

upstreamContract("OpenAI Chat", openAiChat, {
  finishIsLast: true,
  streams: [
    { name: "parallel calls", sse: streams.PARALLEL_CALLS, says: parallelCalls },
    { name: "Azure's filters", sse: streams.AZURE_FILTERED, says: azureFiltered },
    { name: "a compatible server", sse: streams.COMPATIBLE, says: compatible },
  ],
  errors: [
    {
      name: "overloaded",
      sse: streams.ERROR_IN_STREAM,
      failure: {
        category: "overloaded",
        status: 0,
        message: "The server is currently overloaded. Please try again in 2.5s.",
        retryAfterMs: 2500,
      },
    },
    {
      name: "Groq's corner",
      sse: 'data: {"id":"1","choices":[],"x_groq":{"error":{"message":"slow","type":"rate_limit_exceeded"}}}\n\n',
      failure: { category: "rate-limit", message: "slow" },
    },
    {
      name: "a server that gives up",
      sse: 'data: {"id":"1","choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]}\n\n',
      failure: { category: "server-error" },
    },
  ],
  answers: [
    { name: "parallel calls", body: answers.PARALLEL_CALLS, says: parallelCalls },
    { name: "a compatible server", body: answers.COMPATIBLE, says: compatible },
  ],
  failures: [
    {
      name: "a full context",
      status: 400,
      body: '{"error":{"message":"This model\'s maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}',
      failure: { category: "context-length", status: 400, param: "messages" },
    },
    {
      name: "a rate limit",
      status: 429,
      headers: { "retry-after-ms": "640", "retry-after": "1" },
      body: '{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
      failure: { category: "rate-limit", retryAfterMs: 640 },
    },
    {
      name: "Azure's filter",
      status: 400,
      body: '{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}',
      failure: { category: "content-policy" },
    },
    {
      name: "our key",
      status: 401,
      body: '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
      failure: { category: "credential" },
    },
  ],
});

const minimal: JsonObject = { model: "m", messages: [{ role: "user", content: "hi" }] };
const messages = (...list: JsonObject[]): JsonObject => ({ model: "m", messages: list });

callerContract("OpenAI Chat", openAiChat, {
  minimal,
  requests: [
    {
      name: "a question",
      body: minimal,
      means: { model: "m", stream: false, messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }], tools: [] },
    },
    {
      name: "the options",
      body: {
        ...minimal,
        max_tokens: 5,
        max_completion_tokens: 9,
        stop: "END",
        temperature: 0.5,
        top_p: 0.9,
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: null,
        parallel_tool_calls: false,
        reasoning_effort: "high",
        response_format: { type: "json_schema", json_schema: { name: "out", schema: { type: "object" }, strict: true } },
        user: "u-1",
        stream: true,
        stream_options: { include_usage: true },
        logit_bias: { "50256": -100 },
        store: true,
      },
      means: {
        maxOutputTokens: 9,
        stopSequences: ["END"],
        sampling: { temperature: 0.5, topP: 0.9, seed: 7, presencePenalty: 0.1 },
        parallelToolCalls: false,
        reasoning: { mode: "bounded", effort: "high", visible: true },
        outputFormat: { type: "schema", name: "out", schema: { type: "object" }, strict: true },
        endUser: "u-1",
        stream: true,
        streamUsage: true,
        ignored: ["logit_bias", "store"],
      },
    },
    {
      name: "a conversation with tools, in order",
      body: messages(
        { role: "developer", content: "be brief", cache_control: { type: "ephemeral" } },
        { role: "user", content: [{ type: "text", text: "weather?", cache_control: { type: "ephemeral", ttl: "1h" } }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
            { id: "call_2", type: "custom", custom: { name: "note", input: "free text" } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "4°C" },
        { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "ok" }] },
        { role: "system", content: "now in French" },
      ),
      means: {
        messages: [
          { role: "system", parts: [{ type: "text", text: "be brief", cache: { ttl: "5m" } }] },
          { role: "user", parts: [{ type: "text", text: "weather?", cache: { ttl: "1h" } }] },
          {
            role: "assistant",
            parts: [
              { type: "tool-call", id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' },
              { type: "tool-call", id: "call_2", name: "note", arguments: '{"input":"free text"}' },
            ],
          },
          { role: "user", parts: [{ type: "tool-result", id: "call_1", parts: [{ type: "text", text: "4°C" }], isError: false }] },
          { role: "user", parts: [{ type: "tool-result", id: "call_2", parts: [{ type: "text", text: "ok" }], isError: false }] },
          { role: "system", parts: [{ type: "text", text: "now in French" }] },
        ],
      },
    },
    {
      name: "pictures, sound and files",
      body: messages({
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBOR", detail: "low" } },
          { type: "image_url", image_url: "https://example.com/a.jpg" },
          { type: "input_audio", input_audio: { data: "UklGR", format: "wav" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBER" } },
          { type: "file", file: { file_data: "JVBER" } },
        ],
      }),
      means: {
        messages: [
          {
            role: "user",
            parts: [
              { type: "media", kind: "image", mediaType: "image/png", source: { base64: "iVBOR" } },
              { type: "media", kind: "image", mediaType: "", source: { url: "https://example.com/a.jpg" } },
              { type: "media", kind: "audio", mediaType: "audio/wav", source: { base64: "UklGR" } },
              { type: "media", kind: "document", mediaType: "application/pdf", source: { base64: "JVBER" }, name: "a.pdf" },
              { type: "media", kind: "document", mediaType: "application/pdf", source: { base64: "JVBER" } },
            ],
          },
        ],
      },
    },
    {
      name: "tools, also in the first words of 2023",
      body: {
        ...minimal,
        tools: [
          { type: "function", function: { name: "a", description: "does a", parameters: { type: "object" }, strict: true } },
          { type: "custom", custom: { name: "b" } },
        ],
        functions: [{ name: "c" }],
        tool_choice: { type: "function", function: { name: "a" } },
      },
      means: {
        tools: [
          { name: "a", description: "does a", schema: { type: "object" }, strict: true },
          { name: "b", schema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] } },
          { name: "c", schema: { type: "object", properties: {} } },
        ],
        toolChoice: { mode: "tool", name: "a" },
      },
    },
    {
      name: "a narrowed choice of tools",
      body: {
        ...minimal,
        tools: [
          { type: "function", function: { name: "a" } },
          { type: "function", function: { name: "b" } },
        ],
        tool_choice: {
          type: "allowed_tools",
          allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "b" } }] },
        },
      },
      means: { tools: [{ name: "b", schema: { type: "object", properties: {} } }], toolChoice: { mode: "required" } },
    },
    {
      name: "thoughts of any vendor in OpenRouter's shape, joined where a stream had split them",
      body: messages({
        role: "assistant",
        content: "so",
        reasoning_content: "both",
        reasoning_details: [
          { type: "reasoning.text", text: "bo", format: "anthropic-claude-v1", index: 0 },
          { type: "reasoning.text", text: "th", signature: "c2ln", format: "anthropic-claude-v1", index: 0 },
          { type: "reasoning.encrypted", data: "RW13", format: "anthropic-claude-v1" },
          { type: "reasoning.encrypted", data: "Z0FB", format: "openai-responses-v1" },
        ],
      }),
      means: {
        messages: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "both", proof: { issuer: "anthropic", kind: "signature", data: "c2ln" } },
              { type: "reasoning", text: "", proof: { issuer: "anthropic", kind: "redacted", data: "RW13" } },
              { type: "reasoning", text: "", proof: { issuer: "openai", kind: "encrypted", data: "Z0FB" } },
              { type: "text", text: "so" },
            ],
          },
        ],
      },
    },
    {
      name: "thoughts in LiteLLM's shape",
      body: messages({
        role: "assistant",
        content: "so",
        thinking_blocks: [
          { type: "thinking", thinking: "hm", signature: "c2ln" },
          { type: "redacted_thinking", data: "RW13" },
        ],
      }),
      means: {
        messages: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "hm", proof: { issuer: "anthropic", kind: "signature", data: "c2ln" } },
              { type: "reasoning", text: "", proof: { issuer: "anthropic", kind: "redacted", data: "RW13" } },
              { type: "text", text: "so" },
            ],
          },
        ],
      },
    },
    {
      name: "Google's signature on a call",
      body: messages({
        role: "assistant",
        tool_calls: [
          {
            id: "call_1",
            type: "function",
            function: { name: "a", arguments: "{}" },
            extra_content: { google: { thought_signature: "Q2h4" } },
          },
        ],
      }),
      means: {
        messages: [
          {
            role: "assistant",
            parts: [
              {
                type: "tool-call",
                id: "call_1",
                name: "a",
                arguments: "{}",
                proof: { issuer: "google", kind: "signature", data: "Q2h4" },
              },
            ],
          },
        ],
      },
    },
    {
      name: "a budget in Anthropic's words",
      body: { ...minimal, thinking: { type: "enabled", budget_tokens: 2048 } },
      means: { reasoning: { mode: "bounded", budgetTokens: 2048, visible: true } },
    },
    { name: "no thinking", body: { ...minimal, reasoning_effort: "none" }, means: { reasoning: { mode: "off" } } },
    { name: "any JSON", body: { ...minimal, response_format: { type: "json_object" } }, means: { outputFormat: { type: "json" } } },
  ],
  invalid: [
    { name: "a role", body: messages({ role: "robot", content: "" }), param: "messages.0.role" },
    { name: "no content", body: messages({ role: "user" }), param: "messages.0.content", message: "Field required" },
    { name: "content of a number", body: messages({ role: "user", content: 5 }), param: "messages.0.content" },
    {
      name: "a part's type",
      body: messages({ role: "user", content: [{ type: "text", text: "" }, { type: "hologram" }] }),
      param: "messages.0.content.1.type",
      message: '"hologram"',
    },
    {
      name: "a part's text",
      body: messages({ role: "user", content: [{ type: "text" }] }),
      param: "messages.0.content.0.text",
      message: "Field required",
    },
    {
      name: "a call without an id",
      body: messages({ role: "assistant", tool_calls: [{ function: { name: "a" } }] }),
      param: "messages.0.tool_calls.0.id",
    },
    { name: "a result without a call", body: messages({ role: "tool", content: "" }), param: "messages.0.tool_call_id" },
    { name: "a temperature in words", body: { ...minimal, temperature: "hot" }, param: "temperature" },
    { name: "an effort", body: { ...minimal, reasoning_effort: "heroic" }, param: "reasoning_effort" },
    { name: "a schema without a name", body: { ...minimal, response_format: { type: "json_schema", json_schema: {} } }, param: "response_format.json_schema.name" },
    { name: "a choice of tools", body: { ...minimal, tool_choice: "perhaps" }, param: "tool_choice" },
    { name: "a function without a name", body: { ...minimal, tools: [{ type: "function", function: {} }] }, param: "tools.0.function.name" },
    { name: "n", body: { ...minimal, n: 0 }, param: "n" },
  ],
  unsupported: [
    { name: "two answers", body: { ...minimal, n: 2 }, param: "n" },
    { name: "probabilities", body: { ...minimal, logprobs: true }, param: "logprobs" },
    { name: "speech", body: { ...minimal, modalities: ["text", "audio"] }, param: "modalities" },
    { name: "web search", body: { ...minimal, web_search_options: {} }, param: "web_search_options" },
    { name: "a hosted tool", body: { ...minimal, tools: [{ type: "web_search" }] }, param: "tools.0.type" },
    { name: "a stored file", body: messages({ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }), param: "messages.0.content.0.file" },
  ],
});
