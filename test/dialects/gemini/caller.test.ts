import type { JsonObject } from "../../../src/core/json.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { contents, minimal, model, REQUESTS, user } from "../../fixtures/gemini/requests.ts";
import { TURNS } from "../../fixtures/gemini/turns.ts";
import { callerContract } from "../caller.contract.ts";
import { pagesOnly } from "../kept-citations.ts";

const generation = (generationConfig: JsonObject): JsonObject => ({ ...minimal, generationConfig });

callerContract("Gemini", gemini, {
  minimal,
  requests: [...REQUESTS, ...TURNS],
  target: { model: "models/m" },
  // Nobody but Anthropic charges for filling a cache, and Google has no word for it.
  usage: (usage) => ({ ...usage, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 }),
  citation: pagesOnly,
  brokenEnvelopes: [
    ["model", 7],
    ["model", ""],
    ["model", undefined],
    ["contents", undefined],
    ["contents", "hi"],
    ["contents", []],
    ["generationConfig", []],
    ["generationConfig.maxOutputTokens", 0],
    ["generationConfig.maxOutputTokens", 1.5],
    ["generationConfig.maxOutputTokens", "100"],
    ["generationConfig.candidateCount", "2"],
  ],
  invalid: [
    { name: "a role", body: contents({ role: "tool", parts: [] }), param: "contents.0.role" },
    { name: "no parts", body: contents({ role: "user" }), param: "contents.0.parts" },
    { name: "a part of text", body: user("hi" as never), param: "contents.0.parts.0" },
    { name: "text of a number", body: user({ text: 1 }), param: "contents.0.parts.0.text" },
    { name: "an empty part", body: user({}), param: "contents.0.parts.0" },
    {
      name: "a part of the future",
      body: user({ hologram: {} }),
      param: "contents.0.parts.0.hologram",
    },
    {
      name: "a call of the user's",
      body: user({ functionCall: { name: "a" } }),
      param: "contents.0.parts.0.functionCall",
    },
    {
      name: "a call without a name",
      body: model({ functionCall: { args: {} } }),
      param: "contents.1.parts.0.functionCall.name",
      message: "Field required",
    },
    {
      name: "arguments of text",
      body: model({ functionCall: { name: "a", args: "{}" } }),
      param: "contents.1.parts.0.functionCall.args",
    },
    {
      name: "a result that is no object",
      body: user({ functionResponse: { name: "a", response: [] } }),
      param: "contents.0.parts.0.functionResponse.response",
    },
    {
      name: "a picture without a type",
      body: user({ inlineData: { data: "iVBOR" } }),
      param: "contents.0.parts.0.inlineData.mimeType",
    },
    {
      name: "text that is no base64",
      body: user({ inlineData: { mimeType: "text/plain", data: "%" } }),
      param: "contents.0.parts.0.inlineData.data",
    },
    {
      name: "a file of unknown type",
      body: user({ fileData: { fileUri: "https://e.com/a" } }),
      param: "contents.0.parts.0.fileData.mimeType",
    },
    {
      name: "a signature of a number",
      body: model({ text: "a", thoughtSignature: 1 }),
      param: "contents.1.parts.0.thoughtSignature",
    },
    {
      name: "a tool without a name",
      body: { ...minimal, tools: [{ functionDeclarations: [{}] }] },
      param: "tools.0.functionDeclarations.0.name",
    },
    {
      name: "a mode",
      body: { ...minimal, toolConfig: { functionCallingConfig: { mode: "MAYBE" } } },
      param: "toolConfig.functionCallingConfig.mode",
      message: '"MAYBE"',
    },
    {
      name: "a level of thinking",
      body: generation({ thinkingConfig: { thinkingLevel: "EXTREME" } }),
      param: "generationConfig.thinkingConfig.thinkingLevel",
    },
    {
      name: "a schema without JSON",
      body: generation({ responseSchema: { type: "OBJECT" } }),
      param: "generationConfig.responseMimeType",
    },
    {
      name: "a temperature",
      body: generation({ temperature: "hot" }),
      param: "generationConfig.temperature",
    },
    {
      name: "a system prompt of a number",
      body: { ...minimal, systemInstruction: 1 },
      param: "systemInstruction",
    },
    {
      name: "a field in two spellings",
      body: generation({ topP: 1, top_p: 0 }),
      param: "generationConfig.topP",
      message: "two spellings",
    },
    {
      name: "a limit in two spellings",
      body: generation({ maxOutputTokens: 1, max_output_tokens: 60_000 }),
      param: "generationConfig.maxOutputTokens",
    },
    {
      name: "settings in two spellings",
      body: { ...generation({}), generation_config: { maxOutputTokens: 60_000 } },
      param: "generationConfig",
    },
  ],
  unsupported: [
    {
      name: "a search",
      body: { ...minimal, tools: [{ googleSearch: {} }] },
      param: "tools.0.googleSearch",
    },
    {
      name: "a sandbox beside functions",
      body: { ...minimal, tools: [{ functionDeclarations: [{ name: "a" }], code_execution: {} }] },
      param: "tools.0.codeExecution",
    },
    {
      name: "a stored prompt",
      body: { ...minimal, cachedContent: "cachedContents/a" },
      param: "cachedContent",
    },
    {
      name: "several answers",
      body: generation({ candidateCount: 2 }),
      param: "generationConfig.candidateCount",
    },
    {
      name: "log probabilities",
      body: generation({ responseLogprobs: true }),
      param: "generationConfig.responseLogprobs",
    },
    {
      name: "speech",
      body: generation({ responseModalities: ["AUDIO"] }),
      param: "generationConfig.responseModalities",
    },
    {
      name: "an enumeration as text",
      body: generation({ responseMimeType: "text/x.enum", responseSchema: { type: "STRING" } }),
      param: "generationConfig.responseMimeType",
    },
    {
      name: "a file stored at Google",
      body: user({ fileData: { fileUri: "gs://bucket/a.png", mimeType: "image/png" } }),
      param: "contents.0.parts.0.fileData.fileUri",
    },
    {
      name: "a film",
      body: user({ inlineData: { mimeType: "video/mp4", data: "AAAA" } }),
      param: "contents.0.parts.0.inlineData",
    },
  ],
});
