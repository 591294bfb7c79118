import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { messages, minimal, REQUESTS } from "../../fixtures/openai-chat/requests.ts";
import { callerContract } from "../caller.contract.ts";
import { pagesOnly } from "../kept-citations.ts";

callerContract("OpenAI Chat", openAiChat, {
  minimal,
  requests: REQUESTS,
  citation: pagesOnly,
  invalid: [
    { name: "a role", body: messages({ role: "robot", content: "" }), param: "messages.0.role" },
    {
      name: "no content",
      body: messages({ role: "user" }),
      param: "messages.0.content",
      message: "Field required",
    },
    {
      name: "content of a number",
      body: messages({ role: "user", content: 5 }),
      param: "messages.0.content",
    },
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
    {
      name: "a result without a call",
      body: messages({ role: "tool", content: "" }),
      param: "messages.0.tool_call_id",
    },
    {
      name: "a temperature in words",
      body: { ...minimal, temperature: "hot" },
      param: "temperature",
    },
    {
      name: "an effort",
      body: { ...minimal, reasoning_effort: "heroic" },
      param: "reasoning_effort",
    },
    {
      name: "a schema without a name",
      body: { ...minimal, response_format: { type: "json_schema", json_schema: {} } },
      param: "response_format.json_schema.name",
    },
    {
      name: "a choice of tools",
      body: { ...minimal, tool_choice: "perhaps" },
      param: "tool_choice",
    },
    {
      name: "a function without a name",
      body: { ...minimal, tools: [{ type: "function", function: {} }] },
      param: "tools.0.function.name",
    },
    { name: "n", body: { ...minimal, n: 0 }, param: "n" },
  ],
  unsupported: [
    { name: "two answers", body: { ...minimal, n: 2 }, param: "n" },
    { name: "probabilities", body: { ...minimal, logprobs: true }, param: "logprobs" },
    { name: "speech", body: { ...minimal, modalities: ["text", "audio"] }, param: "modalities" },
    {
      name: "web search",
      body: { ...minimal, web_search_options: {} },
      param: "web_search_options",
    },
    {
      name: "a hosted tool",
      body: { ...minimal, tools: [{ type: "web_search" }] },
      param: "tools.0.type",
    },
    {
      name: "a stored file",
      body: messages({ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }),
      param: "messages.0.content.0.file",
    },
  ],
});
