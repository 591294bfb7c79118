import type { ChatRequest, OutputFormat, Tool, ToolChoice } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { RenderTarget } from "../dialect.ts";
import { refuseTooManyStops } from "../stop-sequences.ts";
import { wantsCitations } from "../wishes.ts";
import { renderContents, systemInstruction } from "./contents.ts";
import { schemaWithin } from "../schema-subset.ts";
import { hasProperties } from "./schema.ts";
import { thinkingConfig } from "./thinking.ts";

/** The body of `generateContent`. Model and streaming are said by the URL. */
export function renderGeminiRequest(request: ChatRequest, target: RenderTarget): JsonObject {
  target.dropped.push(...(request.ignored ?? []));
  if (request.endUser !== undefined) target.dropped.push("user");
  if (wantsCitations(request)) target.dropped.push("citations");
  if (request.parallelToolCalls === false) target.dropped.push("parallel_tool_calls");
  const body: JsonObject = { contents: renderContents(request.messages, target) };
  const system = systemInstruction(request.messages);
  if (system) body.systemInstruction = system;
  if (request.tools.length > 0) {
    body.tools = [{ functionDeclarations: request.tools.map((tool) => declaration(tool, target)) }];
    if (request.toolChoice) body.toolConfig = toolConfig(request.toolChoice);
  }
  const generation = generationConfig(request, target);
  if (Object.keys(generation).length > 0) body.generationConfig = generation;
  return body;
}

function declaration(
  { name, description, schema }: Tool,
  { capabilities }: RenderTarget,
): JsonObject {
  const { gemini } = capabilities.schemas;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(hasProperties(schema) ? { parametersJsonSchema: schemaWithin(schema, gemini) } : {}),
  };
}

function toolConfig(choice: ToolChoice): JsonObject {
  switch (choice.mode) {
    case "auto":
      return { functionCallingConfig: { mode: "AUTO" } };
    case "none":
      return { functionCallingConfig: { mode: "NONE" } };
    case "required":
      return { functionCallingConfig: { mode: "ANY" } };
    case "tool":
      return { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [choice.name] } };
  }
}

function generationConfig(request: ChatRequest, target: RenderTarget): JsonObject {
  const { stopSequences, sampling, outputFormat, reasoning } = request;
  refuseTooManyStops(request, target, "stop");
  const thinking = reasoning && thinkingConfig(reasoning, target);
  const { maxOutputTokens: asked } = request;
  const config: JsonObject = {
    // A figure above the model's own is refused, and callers name figures of other models.
    maxOutputTokens: asked && Math.min(asked, target.capabilities.maxOutputTokens),
    stopSequences: stopSequences.length > 0 ? stopSequences : undefined,
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    seed: sampling.seed,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    thinkingConfig: thinking && Object.keys(thinking).length > 0 ? thinking : undefined,
    ...(outputFormat ? responseFormat(outputFormat, request, target) : {}),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function responseFormat(
  format: OutputFormat,
  { tools }: ChatRequest,
  { capabilities }: RenderTarget,
): JsonObject {
  if (tools.length > 0 && capabilities.reasoning !== "level") {
    throw unsupported(
      "response_format",
      "Gemini before version 3 cannot answer in JSON while tools are offered.",
    );
  }
  const json = { responseMimeType: "application/json" };
  switch (format.type) {
    case "json":
      return json;
    case "schema":
      return {
        ...json,
        responseJsonSchema: schemaWithin(format.schema, capabilities.schemas.gemini),
      };
  }
}
