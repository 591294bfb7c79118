import type { JsonObject } from "../../../src/core/json.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import { wrapProof } from "../../../src/dialects/proof-envelope.ts";
import { callerContract } from "../caller.contract.ts";

const minimal: JsonObject = {
  model: "m",
  max_tokens: 10,
  messages: [{ role: "user", content: "hi" }],
};
const messages = (...list: JsonObject[]): JsonObject => ({
  model: "m",
  max_tokens: 10,
  messages: list,
});
const user = (...content: JsonObject[]): JsonObject => messages({ role: "user", content });

callerContract("Anthropic Messages", anthropicMessages, {
  minimal,
  requests: [
    {
      name: "a question",
      body: minimal,
      means: {
        maxOutputTokens: 10,
        streamUsage: true,
        messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
      },
    },
    {
      name: "the options",
      body: {
        ...minimal,
        system: [
          { type: "text", text: "be brief" },
          { type: "text", text: "and kind", cache_control: { type: "ephemeral", ttl: "1h" } },
        ],
        stop_sequences: ["END"],
        temperature: 1,
        top_k: 5,
        metadata: { user_id: "u-1" },
        tool_choice: { type: "any", disable_parallel_tool_use: true },
        tools: [
          {
            name: "a",
            description: "does a",
            input_schema: { type: "object" },
            cache_control: { type: "ephemeral" },
          },
          { type: "custom", name: "later", defer_loading: true, eager_input_streaming: true },
        ],
        thinking: { type: "adaptive", display: "omitted" },
        output_config: {
          effort: "xhigh",
          format: { type: "json_schema", schema: { type: "object" } },
        },
        context_management: { edits: [] },
        stream: true,
      },
      means: {
        messages: [
          {
            role: "system",
            parts: [
              { type: "text", text: "be brief" },
              { type: "text", text: "and kind", cache: { ttl: "1h" } },
            ],
          },
          { role: "user", parts: [{ type: "text", text: "hi" }] },
        ],
        stopSequences: ["END"],
        sampling: { temperature: 1, topK: 5 },
        endUser: "u-1",
        toolChoice: { mode: "required" },
        parallelToolCalls: false,
        tools: [
          { name: "a", description: "does a", schema: { type: "object" }, cache: { ttl: "5m" } },
          { name: "later", schema: { type: "object", properties: {} } },
        ],
        reasoning: { mode: "adaptive", effort: "xhigh", visible: false },
        outputFormat: { type: "schema", name: "answer", schema: { type: "object" }, strict: true },
        ignored: ["context_management"],
      },
    },
    {
      name: "a budget",
      body: { ...minimal, thinking: { type: "enabled", budget_tokens: 2048 } },
      means: { reasoning: { mode: "bounded", budgetTokens: 2048, visible: true } },
    },
    {
      name: "thoughts, calls and results",
      body: messages(
        { role: "user", content: "weather?" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature: "c2ln" },
            { type: "redacted_thinking", data: "RW13" },
            { type: "server_tool_use", id: "s", name: "web_search", input: {} },
            { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "toolu_1",
              is_error: true,
              content: [
                { type: "text", text: "no answer" },
                {
                  type: "image",
                  source: { type: "base64", media_type: "image/png", data: "iVBOR" },
                },
              ],
            },
          ],
        },
        { role: "system", content: "the user is back" },
      ),
      means: {
        messages: [
          { role: "user", parts: [{ type: "text", text: "weather?" }] },
          {
            role: "assistant",
            parts: [
              {
                type: "reasoning",
                text: "hm",
                proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
              },
              {
                type: "reasoning",
                text: "",
                proof: { issuer: "anthropic", kind: "redacted", data: "RW13" },
              },
              { type: "tool-call", id: "toolu_1", name: "weather", arguments: '{"city":"Oslo"}' },
            ],
          },
          {
            role: "user",
            parts: [
              {
                type: "tool-result",
                id: "toolu_1",
                isError: true,
                parts: [
                  { type: "text", text: "no answer" },
                  {
                    type: "media",
                    kind: "image",
                    mediaType: "image/png",
                    source: { base64: "iVBOR" },
                  },
                ],
              },
            ],
          },
          { role: "system", parts: [{ type: "text", text: "the user is back" }] },
        ],
      },
    },
    {
      name: "other vendors' proofs in our envelope, and thoughts nobody signed",
      body: messages({
        role: "assistant",
        content: [
          {
            type: "thinking",
            thinking: "a",
            signature: wrapProof(
              { issuer: "google", kind: "signature", data: "Q2h4" },
              "anthropic",
            ),
          },
          { type: "thinking", thinking: "b", signature: "" },
        ],
      }),
      means: {
        messages: [
          {
            role: "assistant",
            parts: [
              {
                type: "reasoning",
                text: "a",
                proof: { issuer: "google", kind: "signature", data: "Q2h4" },
              },
              { type: "reasoning", text: "b", proof: undefined },
            ],
          },
        ],
      },
    },
    {
      name: "documents of every kind",
      body: user(
        {
          type: "document",
          title: "T",
          source: { type: "base64", media_type: "application/pdf", data: "JVBER" },
        },
        {
          type: "document",
          title: "T",
          context: "C",
          source: { type: "text", media_type: "text/plain", data: "words" },
        },
        { type: "document", source: { type: "url", url: "https://example.com/a.pdf" } },
        {
          type: "document",
          source: { type: "content", content: [{ type: "text", text: "inner" }] },
        },
        {
          type: "search_result",
          source: "https://e.com",
          title: "S",
          content: [{ type: "text", text: "found" }],
        },
      ),
      means: {
        messages: [
          {
            role: "user",
            parts: [
              {
                type: "media",
                kind: "document",
                mediaType: "application/pdf",
                source: { base64: "JVBER" },
                name: "T",
              },
              { type: "text", text: "T\n\nC\n\nwords" },
              {
                type: "media",
                kind: "document",
                mediaType: "",
                source: { url: "https://example.com/a.pdf" },
              },
              { type: "text", text: "inner" },
              { type: "text", text: "S\nhttps://e.com\nfound" },
            ],
          },
        ],
      },
    },
  ],
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
