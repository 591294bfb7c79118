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

export const gemini: Caller = {
  title: "Gemini: `/v1beta/models/{model}:generateContent`",
  lacks: ["citations"],
  path: (model, stream) =>
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  body: geminiBody,
  streams: {},
  framing: "sse",
  thinking: [{ thinkingBudget: 1_024 }, { thinkingLevel: "low" }].map((bound) => ({
    generationConfig: { thinkingConfig: { ...bound, includeThoughts: true } },
  })),
  text: ["candidates.*.content.parts.*.text"],
  toolName: ["candidates.*.content.parts.*.functionCall.name"],
  toolInput: ["candidates.*.content.parts.*.functionCall.args.city"],
  thought: ["candidates.*.content.parts.*.thought"],
  citations: [],
  cachedTokens: ["usageMetadata.cachedContentTokenCount"],
  final: /"finishReason":"STOP"/,
  error: /"error":/,
  count: {
    path: (model) => `/v1beta/models/${model}:countTokens`,
    body: ({ text }) => ({ contents: [{ role: "user", parts: [{ text }] }] }),
    tokens: "totalTokens",
  },
};

function geminiBody({ text, preface, picture, tool, schema, document }: Ask): JsonObject {
  const inlineData = { mimeType: "image/png", data: PIXEL };
  const file = { inlineData: { mimeType: "application/pdf", data: PDF } };
  const parts = [...(picture ? [{ inlineData }] : []), ...(document ? [file] : []), { text }];
  const declared = { name: TOOL_NAME, description: TOOL_USE, parametersJsonSchema: CITY };
  return {
    ...(preface !== undefined && { systemInstruction: { parts: [{ text: preface }] } }),
    contents: [{ role: "user", parts }],
    ...(tool && { tools: [{ functionDeclarations: [declared] }] }),
    generationConfig: {
      maxOutputTokens: MAX_TOKENS,
      ...(schema && { responseMimeType: "application/json", responseJsonSchema: CITY }),
    },
  };
}

export const converse: Caller = {
  title: "Bedrock Converse: `/bedrock/model/{model}/converse`",
  lacks: [],
  path: (model, stream) => `/bedrock/model/${model}/converse${stream ? "-stream" : ""}`,
  body: converseBody,
  streams: {},
  framing: "event-stream",
  // Claude's words, Nova's and gpt-oss's: the grammar leaves this to each model's own API.
  thinking: [
    { thinking: { type: "enabled", budget_tokens: 1_024 } },
    { thinking: { type: "adaptive", display: "summarized" } },
    { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } },
    { reasoning_effort: "low" },
  ].map((additionalModelRequestFields) => ({ additionalModelRequestFields })),
  // Words with sources stand one step further in.
  text: [
    "output.message.content.*.text",
    "output.message.content.*.citationsContent.content.*.text",
    "delta.text",
  ],
  toolName: ["output.message.content.*.toolUse.name", "start.toolUse.name"],
  toolInput: ["delta.toolUse.input"],
  thought: ["output.message.content.*.reasoningContent"],
  citations: ["output.message.content.*.citationsContent.citations"],
  cachedTokens: ["usage.cacheReadInputTokens"],
  final: /"stopReason":/,
  error: /Exception/,
  count: {
    path: (model) => `/bedrock/model/${model}/count-tokens`,
    body: ({ text }) => ({
      input: { converse: { messages: [{ role: "user", content: [{ text }] }] } },
    }),
    tokens: "inputTokens",
  },
};

const DOCUMENTS = {
  file: { format: "pdf", name: "page", source: { bytes: PDF } },
  cited: {
    format: "txt",
    name: "page",
    source: { text: CITED_WORDS },
    citations: { enabled: true },
  },
};

function converseBody({ text, preface, picture, tool, schema, document }: Ask): JsonObject {
  const image = { format: "png", source: { bytes: PIXEL } };
  const content = [
    ...(picture ? [{ image }] : []),
    ...(document ? [{ document: DOCUMENTS[document] }] : []),
    { text },
  ];
  const declared = { name: TOOL_NAME, description: TOOL_USE, inputSchema: { json: CITY } };
  const jsonSchema = { name: "city", schema: JSON.stringify(CITY) };
  return {
    ...(preface !== undefined && {
      system: [{ text: preface }, { cachePoint: { type: "default" } }],
    }),
    messages: [{ role: "user", content }],
    inferenceConfig: { maxTokens: MAX_TOKENS },
    ...(tool && { toolConfig: { tools: [{ toolSpec: declared }] } }),
    ...(schema && {
      outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } },
    }),
  };
}
