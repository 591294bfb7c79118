import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import { messages, minimal, REQUESTS, user } from "../../fixtures/anthropic-messages/requests.ts";
import { callerContract } from "../caller.contract.ts";
import { wholeBlocks } from "../kept-citations.ts";

callerContract("Anthropic Messages", anthropicMessages, {
  minimal,
  requests: REQUESTS,
  citation: wholeBlocks,
  invalid: [
    {
      name: "no limit",
      body: { model: "m", messages: [{ role: "user", content: "hi" }] },
      param: "max_tokens",
      message: "max_tokens: Field required",
    },
    { name: "a role", body: messages({ role: "tool", content: "" }), param: "messages.0.role" },
    {
      name: "content of a number",
      body: messages({ role: "user", content: 5 }),
      param: "messages.0.content",
    },
    {
      name: "a block's type",
      body: messages(
        { role: "user", content: "" },
        { role: "assistant", content: "" },
        { role: "user", content: [{ type: "hologram" }] },
      ),
      param: "messages.2.content.0.type",
      message: '"hologram"',
    },
    {
      name: "a block's text",
      body: user({ type: "text" }),
      param: "messages.0.content.0.text",
      message: "Field required",
    },
    {
      name: "a picture's source",
      body: user({ type: "image", source: { type: "base64" } }),
      param: "messages.0.content.0.source.media_type",
    },
    {
      name: "a result without a call",
      body: user({ type: "tool_result" }),
      param: "messages.0.content.0.tool_use_id",
    },
    {
      name: "a tool without a name",
      body: { ...minimal, tools: [{ input_schema: {} }] },
      param: "tools.0.name",
    },
    {
      name: "a schema that is none",
      body: { ...minimal, tools: [{ name: "a", input_schema: 1 }] },
      param: "tools.0.input_schema",
    },
    {
      name: "a way of thinking",
      body: { ...minimal, thinking: { type: "deep" } },
      param: "thinking.type",
    },
    { name: "a system prompt of a number", body: { ...minimal, system: 1 }, param: "system" },
  ],
  unsupported: [
    {
      name: "a server tool",
      body: { ...minimal, tools: [{ type: "web_search_20250305", name: "web_search" }] },
      param: "tools.0.type",
    },
    {
      name: "MCP servers",
      body: { ...minimal, mcp_servers: [{ url: "https://e.com" }] },
      param: "mcp_servers",
    },
    { name: "a container", body: { ...minimal, container: "c_1" }, param: "container" },
    {
      name: "a stored file",
      body: user({ type: "image", source: { type: "file", file_id: "f" } }),
      param: "messages.0.content.0.source",
    },
  ],
});
