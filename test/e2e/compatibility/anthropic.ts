import type { JsonObject } from "../../upstream/json.ts";
import { PIXEL } from "../upstream-client.ts";
import {
  CITED_WORDS,
  CITY,
  MAX_TOKENS,
  PDF,
  TOOL_NAME,
  TOOL_USE,
  type Ask,
  type Caller,
} from "./caller.ts";

export const messages: Caller = {
  title: "Anthropic Messages: `/v1/messages`",
  lacks: [],
  path: () => "/v1/messages",
  body: (ask, model) => ({ model, max_tokens: MAX_TOKENS, ...claudeBody(ask) }),
  streams: { stream: true },
  framing: "sse",
  thinking: [
    { thinking: { type: "enabled", budget_tokens: 1_024 } },
    { thinking: { type: "adaptive", display: "summarized" } },
    { thinking: { type: "adaptive" } },
  ],
  text: ["content.*.text", "delta.text"],
  toolName: ["content.*.name", "content_block.name"],
  toolInput: ["delta.partial_json"],
  thought: ["content.*.thinking"],
  citations: ["content.*.citations"],
  cachedTokens: ["usage.cache_read_input_tokens"],
  final: /"type":"message_stop"/,
  error: /"type":"error"/,
  count: {
    path: () => "/v1/messages/count_tokens",
    body: (ask, model) => ({ model, ...claudeBody(ask) }),
    tokens: "input_tokens",
  },
};

const VERTEX = "/v1/projects/mine/locations/global/publishers/anthropic/models";
const VERTEX_VERSION = { anthropic_version: "vertex-2023-10-16" };

export const vertex: Caller = {
  ...messages,
  title: "Anthropic Messages as on Vertex AI: `…/publishers/anthropic/models/{model}:rawPredict`",
  path: (model, stream) => `${VERTEX}/${model}:${stream ? "streamRawPredict" : "rawPredict"}`,
  body: (ask) => ({ ...VERTEX_VERSION, max_tokens: MAX_TOKENS, ...claudeBody(ask) }),
  count: {
    path: () => `${VERTEX}/count-tokens:rawPredict`,
    body: (ask, model) => ({ model, ...claudeBody(ask) }),
    tokens: "input_tokens",
  },
};

export const invoke: Caller = {
  ...messages,
  title: "Anthropic Messages as on Bedrock: `/bedrock/model/{model}/invoke`",
  path: (model, stream) => `/bedrock/model/${model}/invoke${stream ? "-with-response-stream" : ""}`,
  body: invokeBody,
  streams: {},
  framing: "event-stream",
  error: /Exception/,
  count: {
    path: (model) => `/bedrock/model/${model}/count-tokens`,
    body: (ask) => ({
      input: {
        invokeModel: { body: Buffer.from(JSON.stringify(invokeBody(ask))).toString("base64") },
      },
    }),
    tokens: "inputTokens",
  },
};

function invokeBody(ask: Ask): JsonObject {
  return {
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: MAX_TOKENS,
    ...claudeBody(ask),
  };
}

const DOCUMENTS = {
  file: {
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: PDF },
  },
  cited: {
    type: "document",
    source: { type: "text", media_type: "text/plain", data: CITED_WORDS },
    citations: { enabled: true },
  },
};

function claudeBody({ text, preface, picture, tool, schema, document }: Ask): JsonObject {
  const source = { type: "base64", media_type: "image/png", data: PIXEL };
  const marked = { type: "text", text: preface, cache_control: { type: "ephemeral" } };
  return {
    ...(preface !== undefined && { system: [marked] }),
    messages: [
      {
        role: "user",
        content: [
          ...(picture ? [{ type: "image", source }] : []),
          ...(document ? [DOCUMENTS[document]] : []),
          { type: "text", text },
        ],
      },
    ],
    ...(tool && { tools: [{ name: TOOL_NAME, description: TOOL_USE, input_schema: CITY }] }),
    ...(schema && { output_config: { format: { type: "json_schema", schema: CITY } } }),
  };
}
