import type { JsonObject } from "../../upstream/json.ts";
import { PIXEL } from "../upstream-client.ts";
import { CITY, MAX_TOKENS, PDF, TOOL_NAME, TOOL_USE, type Ask, type Caller } from "./caller.ts";

const FILE = { filename: "page.pdf", file_data: `data:application/pdf;base64,${PDF}` };
const PICTURE = `data:image/png;base64,${PIXEL}`;

export const chat: Caller = {
  title: "OpenAI Chat Completions: `/v1/chat/completions`",
  lacks: ["citations", "count"],
  path: () => "/v1/chat/completions",
  body: chatBody,
  streams: { stream: true },
  framing: "sse",
  thinking: [{ reasoning_effort: "low" }],
  text: ["choices.*.message.content", "choices.*.delta.content"],
  toolName: [
    "choices.*.message.tool_calls.*.function.name",
    "choices.*.delta.tool_calls.*.function.name",
  ],
  toolInput: ["choices.*.delta.tool_calls.*.function.arguments"],
  // The newer word is OpenRouter's and vLLM's, and forwarded as it came.
  thought: ["choices.*.message.reasoning_content", "choices.*.message.reasoning"],
  cachedTokens: ["usage.prompt_tokens_details.cached_tokens"],
  citations: [],
  final: /^data: \[DONE\]$/m,
  error: /^data: \{"error":/m,
};

function chatBody({ text, preface, picture, tool, schema, document }: Ask, model: string) {
  const marked = { type: "text", text: preface, cache_control: { type: "ephemeral" } };
  const json_schema = { name: "city", schema: CITY, strict: true };
  const declared = { name: TOOL_NAME, description: TOOL_USE, parameters: CITY };
  return {
    model,
    messages: [
      ...(preface === undefined ? [] : [{ role: "system", content: [marked] }]),
      {
        role: "user",
        content: [
          { type: "text", text },
          ...(document ? [{ type: "file", file: FILE }] : []),
          ...(picture ? [{ type: "image_url", image_url: { url: PICTURE } }] : []),
        ],
      },
    ],
    ...(tool && { tools: [{ type: "function", function: declared }] }),
    ...(schema && { response_format: { type: "json_schema", json_schema } }),
  };
}

export const responses: Caller = {
  title: "OpenAI Responses: `/v1/responses`",
  lacks: ["citations", "count"],
  path: () => "/v1/responses",
  body: responsesBody,
  streams: { stream: true },
  framing: "sse",
  thinking: [{ reasoning: { effort: "low", summary: "auto" } }],
  text: ["output.*.content.*.text", "delta"],
  textType: "response.output_text.delta",
  toolName: ["output.*.name", "item.name"],
  toolInput: ["delta"],
  thought: ["output.*.summary.*.text", "output.*.encrypted_content"],
  cachedTokens: ["usage.input_tokens_details.cached_tokens"],
  citations: [],
  final: /"type":"response\.completed"/,
  error: /"type":"(error|response\.failed)"/,
};

function responsesBody(ask: Ask, model: string): JsonObject {
  const { text, preface, picture, tool, schema, document } = ask;
  const declared = { name: TOOL_NAME, description: TOOL_USE, parameters: CITY, strict: true };
  return {
    model,
    ...(preface !== undefined && { instructions: preface }),
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text },
          ...(document ? [{ type: "input_file", ...FILE }] : []),
          ...(picture ? [{ type: "input_image", image_url: PICTURE, detail: "auto" }] : []),
        ],
      },
    ],
    ...(tool && { tools: [{ type: "function", ...declared }] }),
    ...(schema && {
      text: { format: { type: "json_schema", name: "city", schema: CITY, strict: true } },
    }),
  };
}

export const completions: Caller = {
  title: "OpenAI Completions: `/v1/completions`",
  lacks: ["tools", "images", "documents", "citations", "thinking", "schema", "count"],
  path: () => "/v1/completions",
  body: ({ text, preface = "" }, model) => ({
    model,
    prompt: preface + text,
    max_tokens: MAX_TOKENS,
  }),
  streams: { stream: true },
  framing: "sse",
  thinking: [],
  text: ["choices.*.text"],
  toolName: [],
  toolInput: [],
  thought: [],
  cachedTokens: ["usage.prompt_tokens_details.cached_tokens"],
  citations: [],
  final: /^data: \[DONE\]$/m,
  error: /^data: \{"error":/m,
};
