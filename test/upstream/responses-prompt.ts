import type { ChatModel } from "./chat-models.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseDataUri } from "./media.ts";
import type { Picture, Prompt } from "./pretend.ts";
import { declaredTools, typeOf } from "./responses-input.ts";
import { responsesReasons } from "./responses-rules.ts";
import { BYTES_PER_TOKEN, PICTURE_TOKENS, tokensOfBytes } from "./tokens.ts";

export interface ResponsesRequest {
  body: JsonObject;
  model: ChatModel;
}

function inputItems(body: JsonObject): JsonObject[] {
  const { input } = body;
  return typeof input === "string"
    ? [{ role: "user", content: input }]
    : asArray(input).map(asObject);
}

export function responsesPrompt(
  { body, model }: ResponsesRequest,
  reply: string | undefined,
): Prompt {
  // Thoughts at the very end are of an answer that broke off, and are thought on.
  const given = inputItems(body);
  const items = given.slice(0, given.findLastIndex((item) => typeOf(item) !== "reasoning") + 1);
  const isOwn = (item: JsonObject): boolean =>
    item["role"] === "assistant" ||
    /^(reasoning|function_call|custom_tool_call|tool_search_call)$/u.test(typeOf(item));
  const fresh = items.slice(items.findLastIndex(isOwn) + 1);
  const asked = fresh.filter((item) => item["role"] === "user");
  const parts = fresh.flatMap((item) =>
    [...asArray(item["content"]), ...asArray(item["output"])].map(asObject),
  );
  return {
    text: asked.map((item) => textOf(item["content"])).join("\n"),
    pictures: parts.flatMap(pictureOf),
    toolResults: fresh
      .filter((item) => typeOf(item).endsWith("_output"))
      .map((item) => textOf(item["output"]) || JSON.stringify(item["tools"])),
    tools: declaredTools(body)
      .flatMap((tool) => [tool, ...asArray(tool["tools"]).map(asObject)])
      .map((tool) => asString(tool["name"] ?? tool["type"])),
    toolUse: toolUse(body["tool_choice"]),
    thinks: responsesReasons(body, model),
    maxTokens: Number(body["max_output_tokens"] ?? model.maxOutputTokens),
    stopSequences: [],
    schema: schemaOf(asObject(asObject(body["text"])["format"])),
    announcesCalls: false,
    reply,
  };
}

function schemaOf(format: JsonObject): unknown {
  if (format["type"] === "json_object")
    return { type: "object", properties: { text: { type: "string" } } };
  return format["type"] === "json_schema" ? format["schema"] : undefined;
}

function toolUse(choice: unknown): Prompt["toolUse"] {
  if (isObject(choice) && choice["type"] === "function") return { name: asString(choice["name"]) };
  if (choice === "none") return "never";
  return choice === "required" ? "must" : "may";
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part)["text"]))
    .filter((text) => text !== "")
    .join("\n");
}

function pictureOf(part: JsonObject): Picture[] {
  if (part["type"] !== "input_image" && part["type"] !== "input_file") return [];
  const data = parseDataUri(asString(part["image_url"]) || asString(part["file_data"]));
  return [
    data ? { mediaType: data.mediaType, bytes: data.bytes.length } : { mediaType: "url", bytes: 0 },
  ];
}

/** Tools, then everything that is read; the order a prefix cache sees. */
export function responsesPromptText(body: JsonObject): { text: string; pictures: number } {
  const items = inputItems(body);
  const spoken = items.map(
    (item) =>
      textOf(item["content"]) +
      textOf(item["output"]) +
      asString(item["arguments"]) +
      asString(item["input"]),
  );
  const tools = Array.isArray(body["tools"]) ? JSON.stringify(body["tools"]) : "";
  const pictures = items.flatMap((item) =>
    [...asArray(item["content"]), ...asArray(item["output"])].map(asObject).flatMap(pictureOf),
  );
  const text = [tools, asString(body["instructions"]), ...spoken].join("");
  return { text, pictures: pictures.length };
}

export function responsesInputTokens(body: JsonObject): number {
  const { text, pictures } = responsesPromptText(body);
  return tokensOfBytes(Buffer.byteLength(text) + pictures * PICTURE_TOKENS * BYTES_PER_TOKEN);
}
