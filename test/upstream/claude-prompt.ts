import type { ClaudeRequest } from "./claude-surfaces.ts";
import { blocksOf } from "./claude-turns.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseBase64Bytes } from "./media.ts";
import type { Picture, Prompt } from "./pretend.ts";
import { BYTES_PER_TOKEN, PICTURE_TOKENS } from "./tokens.ts";
import type { Segment } from "./tokens.ts";

/** Reads an accepted body as the pretend model sees it. */
export function claudePrompt(request: ClaudeRequest, reply: string | undefined): Prompt {
  const { body } = request;
  const messages = asArray(body["messages"]).map(asObject);
  const lastAssistant = messages.findLastIndex((message) => message["role"] === "assistant");
  const fresh = messages.slice(lastAssistant + 1).filter((message) => message["role"] === "user");
  const blocks = fresh.flatMap((message) => blocksOf(message["content"]));
  const results = blocks.filter((block) => block["type"] === "tool_result");
  return {
    text: textOf(blocks),
    pictures: [...blocks, ...results.flatMap((block) => blocksOf(block["content"]))].flatMap(
      pictureOf,
    ),
    toolResults: results.map((block) => textOf(blocksOf(block["content"]))),
    tools: asArray(body["tools"]).map((tool) => asString(asObject(tool)["name"])),
    toolUse: toolUse(asObject(body["tool_choice"])),
    thinks: thinks(request),
    maxTokens: Number(body["max_tokens"]),
    stopSequences: asArray(body["stop_sequences"]).map(asString),
    schema: asObject(asObject(body["output_config"])["format"])["schema"],
    announcesCalls: true,
    reply,
  };
}

function thinks({ body, model }: ClaudeRequest): boolean {
  const type = asObject(body["thinking"])["type"];
  return (
    type === "enabled" || type === "adaptive" || (type === undefined && !model.thinkingCanBeOff)
  );
}

/** Newer models keep their thinking to themselves unless asked; the signature comes all the same. */
export function showsThinking({ body, model }: ClaudeRequest): boolean {
  const display = asObject(body["thinking"])["display"];
  return display === undefined || display === null ? !model.hidesThinking : display !== "omitted";
}

function toolUse(choice: JsonObject): Prompt["toolUse"] {
  switch (choice["type"]) {
    case "any":
      return "must";
    case "tool":
      return { name: asString(choice["name"]) };
    case "none":
      return "never";
    default:
      return "may";
  }
}

function textOf(blocks: JsonObject[]): string {
  return blocks
    .filter((block) => block["type"] === "text")
    .map((block) => asString(block["text"]))
    .join("\n");
}

function pictureOf(block: JsonObject): Picture[] {
  if (block["type"] !== "image" && block["type"] !== "document") return [];
  const source = asObject(block["source"]);
  if (source["type"] !== "base64") return [{ mediaType: asString(source["type"]), bytes: 0 }];
  return [
    {
      mediaType: asString(source["media_type"]),
      bytes: parseBase64Bytes(asString(source["data"])).length,
    },
  ];
}

/** The prompt in the order the cache sees it: tools, system, messages. */
export function claudeSegments({ body }: ClaudeRequest): Segment[] {
  const tools = asArray(body["tools"]).map(asObject);
  const system = blocksOf(body["system"]);
  const turns = asArray(body["messages"]).flatMap((message) =>
    blocksOf(asObject(message)["content"]),
  );
  const segments = [...tools, ...system, ...turns].map(segmentOf);
  const last = segments.at(-1);
  // A mark on the request itself stands for one on its last block.
  if (last && isObject(body["cache_control"])) last.breakpoint ??= ttlOf(body["cache_control"]);
  return segments;
}

function segmentOf(block: JsonObject): Segment {
  const mark = block["cache_control"];
  const identity = JSON.stringify(block, (name, value: unknown) =>
    name === "cache_control" ? undefined : value,
  );
  return {
    identity,
    bytes: bytesOf(block, identity),
    breakpoint: isObject(mark) ? ttlOf(mark) : undefined,
  };
}

function bytesOf(block: JsonObject, identity: string): number {
  switch (block["type"]) {
    case "text":
      return Buffer.byteLength(asString(block["text"]));
    case "thinking":
      return Buffer.byteLength(asString(block["thinking"]));
    case "image":
    case "document":
      return PICTURE_TOKENS * BYTES_PER_TOKEN;
    case "tool_result":
      return blocksOf(block["content"]).reduce((sum, inner) => sum + segmentOf(inner).bytes, 0);
    default:
      return Buffer.byteLength(identity);
  }
}

function ttlOf(mark: JsonObject): "5m" | "1h" {
  return mark["ttl"] === "1h" ? "1h" : "5m";
}
