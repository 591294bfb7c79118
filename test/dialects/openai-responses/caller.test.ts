import { openAiResponses } from "../../../src/dialects/openai-responses/index.ts";
import { items, minimal, REQUESTS } from "../../fixtures/openai-responses/requests.ts";
import { callerContract } from "../caller.contract.ts";
import { pagesOnly } from "../kept-citations.ts";

callerContract("OpenAI Responses", openAiResponses, {
  minimal,
  requests: REQUESTS,
  citation: (citation) => (citation.source.kind === "file" ? citation : pagesOnly(citation)),
  brokenEnvelopes: [
    ["model", 7],
    ["model", ""],
    ["model", undefined],
    ["input", undefined],
    ["input", {}],
    ["input", []],
    ["input", ""],
    ["stream", "yes"],
    ["max_output_tokens", 0],
    ["max_output_tokens", 1.5],
    ["max_output_tokens", "100"],
  ],
  invalid: [
    { name: "an item of no kind", body: items({ type: 5 }), param: "input.0.type" },
    { name: "a role", body: items({ role: "robot", content: "" }), param: "input.0.role" },
    {
      name: "no content",
      body: items({ role: "user" }),
      param: "input.0.content",
      message: "Field required",
    },
    {
      name: "a part's type",
      body: items({ role: "user", content: [{ type: "hologram" }] }),
      param: "input.0.content.0.type",
      message: '"hologram"',
    },
    {
      name: "a part's text",
      body: items({ role: "user", content: [{ type: "input_text" }] }),
      param: "input.0.content.0.text",
      message: "Field required",
    },
    {
      name: "a picture without an address",
      body: items({ role: "user", content: [{ type: "input_image" }] }),
      param: "input.0.content.0.image_url",
    },
    {
      name: "a call without an id",
      body: items({ type: "function_call", name: "a", arguments: "{}" }),
      param: "input.0.call_id",
    },
    {
      name: "a result without its contents",
      body: items({ type: "function_call_output", call_id: "c" }),
      param: "input.0.output",
    },
    {
      name: "a temperature in words",
      body: { ...minimal, temperature: "hot" },
      param: "temperature",
    },
    {
      name: "an effort",
      body: { ...minimal, reasoning: { effort: "heroic" } },
      param: "reasoning.effort",
    },
    {
      name: "a schema without a name",
      body: { ...minimal, text: { format: { type: "json_schema", schema: {} } } },
      param: "text.format.name",
    },
    {
      name: "a choice of tools",
      body: { ...minimal, tool_choice: "perhaps" },
      param: "tool_choice",
    },
    {
      name: "a function without a name",
      body: { ...minimal, tools: [{ type: "function" }] },
      param: "tools.0.name",
    },
    {
      name: "a function without a name inside a namespace",
      body: {
        ...minimal,
        tools: [{ type: "namespace", name: "ns", tools: [{ type: "function" }] }],
      },
      param: "tools.0.tools.0.name",
    },
  ],
  unsupported: [
    {
      name: "a conversation kept elsewhere",
      body: { ...minimal, previous_response_id: "resp_1" },
      param: "previous_response_id",
    },
    {
      name: "a conversation of OpenAI's",
      body: { ...minimal, conversation: "conv_1" },
      param: "conversation",
    },
    { name: "a stored prompt", body: { model: "m", prompt: { id: "pmpt_1" } }, param: "prompt" },
    { name: "an answer for later", body: { ...minimal, background: true }, param: "background" },
    { name: "probabilities", body: { ...minimal, top_logprobs: 3 }, param: "top_logprobs" },
    {
      name: "a hosted tool",
      body: { ...minimal, tools: [{ type: "file_search", vector_store_ids: [] }] },
      param: "tools.0.type",
    },
    {
      name: "a hosted tool that is forced",
      body: {
        ...minimal,
        tools: [{ type: "web_search" }],
        tool_choice: { type: "web_search_preview" },
      },
      param: "tool_choice.type",
    },
    {
      name: "an item kept elsewhere",
      body: items({ type: "item_reference", id: "msg_1" }),
      param: "input.0",
    },
    {
      name: "the trace of a hosted tool",
      body: items({ type: "computer_call", id: "cu_1" }),
      param: "input.0.type",
    },
    {
      name: "a stored file",
      body: items({ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }),
      param: "input.0.content.0.file_id",
    },
  ],
});
