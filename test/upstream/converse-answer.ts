import { converseCitations } from "./citing.ts";
import type { ClaudeTools } from "./claude.ts";
import type { ConverseModel } from "./converse-models.ts";
import type { Wish } from "./exchange.ts";
import { newId } from "./ids.ts";
import { asArray, asObject, asString, isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseBase64Bytes } from "./media.ts";
import { utter } from "./pretend.ts";
import type { Picture, Prompt, Utterance } from "./pretend.ts";
import { BYTES_PER_TOKEN, PICTURE_TOKENS } from "./tokens.ts";
import type { Segment } from "./tokens.ts";

export interface ConverseAnswer {
  whole: JsonObject;
  events: { type: string; message: JsonObject }[];
}

export function answerConverse(
  body: JsonObject,
  model: ConverseModel,
  scope: string,
  wish: Wish,
  tools: ClaudeTools,
): ConverseAnswer {
  const said = utter(promptOf(body, model, wish.reply));
  const citations = converseCitations(body);
  const blocks = blocksOf(said, citations, model, tools);
  const usage = usageOf(body, said, `${scope} ${model.name}`, wish, tools);
  const metrics = { latencyMs: 120 };
  const stop = stopOf(said);
  return {
    whole: {
      output: { message: { role: "assistant", content: blocks.map((block) => block.whole) } },
      ...stop,
      ...(usage && { usage }),
      metrics,
    },
    events: [...eventsOf(blocks, stop, { ...(usage && { usage }), metrics })],
  };
}

function promptOf(body: JsonObject, model: ConverseModel, reply: string | undefined): Prompt {
  const messages = asArray(body["messages"]).map(asObject);
  const lastAssistant = messages.findLastIndex((message) => message["role"] === "assistant");
  const fresh = messages.slice(lastAssistant + 1).flatMap((message) => contentOf(message));
  const results = fresh.filter((block) => "toolResult" in block).map(resultOf);
  const inference = asObject(body["inferenceConfig"]);
  const toolConfig = asObject(body["toolConfig"]);
  const format = asObject(asObject(asObject(body["outputConfig"])["textFormat"])["structure"]);
  const schema = asObject(format["jsonSchema"])["schema"];
  return {
    text: textOf(fresh),
    pictures: [...fresh, ...results.flat()].flatMap(pictureOf),
    toolResults: results.map(textOf),
    tools: asArray(toolConfig["tools"])
      .map((tool) => asString(asObject(asObject(tool)["toolSpec"])["name"]))
      .filter((name) => name !== ""),
    toolUse: toolUse(asObject(toolConfig["toolChoice"])),
    thinks: thinks(asObject(body["additionalModelRequestFields"]), model),
    maxTokens: Number(inference["maxTokens"] ?? model.maxOutputTokens),
    stopSequences: asArray(inference["stopSequences"]).map(asString),
    schema: schema === undefined ? undefined : parseJson(asString(schema)),
    announcesCalls: model.family === "claude",
    reply,
  };
}

/** gpt-oss always shows its thoughts; the others when they are asked for them. */
function thinks(extras: JsonObject, { family }: ConverseModel): boolean {
  const claude = asObject(extras["thinking"])["type"];
  if (family === "claude") return claude === "enabled" || claude === "adaptive";
  return family === "gpt-oss" || asObject(extras["reasoningConfig"])["type"] === "enabled";
}

function toolUse(choice: JsonObject): Prompt["toolUse"] {
  if ("any" in choice) return "must";
  return isObject(choice["tool"]) ? { name: asString(choice["tool"]["name"]) } : "may";
}

function contentOf(message: JsonObject): JsonObject[] {
  return asArray(message["content"]).map(asObject);
}

function resultOf(block: JsonObject): JsonObject[] {
  return contentOf(asObject(block["toolResult"]));
}

function textOf(blocks: JsonObject[]): string {
  return blocks
    .map((block) => asString(block["text"]) || (block["json"] ? JSON.stringify(block["json"]) : ""))
    .filter((text) => text !== "")
    .join("\n");
}

function pictureOf(block: JsonObject): Picture[] {
  const [kind, media] = Object.entries(block)[0] ?? [];
  if (kind !== "image" && kind !== "document") return [];
  const { format, source } = asObject(media);
  const type = kind === "image" ? "image" : "application";
  return [
    {
      mediaType: `${type}/${asString(format)}`,
      bytes: parseBase64Bytes(asString(asObject(source)["bytes"])).length,
    },
  ];
}

interface Block {
  whole: JsonObject;
  start?: JsonObject;
  deltas: JsonObject[];
}

function blocksOf(
  said: Utterance,
  citations: JsonObject[],
  model: ConverseModel,
  { signatures }: ClaudeTools,
): Block[] {
  const blocks: Block[] = [];
  if (said.thinking.length > 0) {
    const text = said.thinking.join("");
    const signature =
      model.family === "claude" ? { signature: signatures.issue("claude", text) } : {};
    blocks.push({
      whole: { reasoningContent: { reasoningText: { text, ...signature } } },
      deltas: [
        ...said.thinking.map((piece) => ({ reasoningContent: { text: piece } })),
        ...("signature" in signature ? [{ reasoningContent: signature }] : []),
      ],
    });
  }
  if (said.text.length > 0) {
    const words = { text: said.text.join("") };
    const cited = { citationsContent: { content: [words], citations } };
    blocks.push({
      whole: citations.length > 0 ? cited : words,
      deltas: [
        ...said.text.map((piece) => ({ text: piece })),
        ...citations.map((citation) => ({ citation })),
      ],
    });
  }
  for (const call of said.calls) {
    const shell = { toolUseId: toolIdOf(model), name: call.name };
    blocks.push({
      whole: { toolUse: { ...shell, input: call.arguments } },
      start: { toolUse: shell },
      deltas: (call.pieces.length > 0 ? call.pieces : ["{}"]).map((input) => ({
        toolUse: { input },
      })),
    });
  }
  return blocks;
}

function toolIdOf({ family }: ConverseModel): string {
  const id = newId("");
  return family === "mistral" ? id.slice(-9) : `tooluse_${id}`;
}

function* eventsOf(
  blocks: Block[],
  stop: JsonObject,
  metadata: JsonObject,
): Generator<{ type: string; message: JsonObject }> {
  yield { type: "messageStart", message: { role: "assistant" } };
  for (const [contentBlockIndex, block] of blocks.entries()) {
    if (block.start) {
      yield { type: "contentBlockStart", message: { contentBlockIndex, start: block.start } };
    }
    for (const delta of block.deltas) {
      yield { type: "contentBlockDelta", message: { contentBlockIndex, delta } };
    }
    yield { type: "contentBlockStop", message: { contentBlockIndex } };
  }
  yield { type: "messageStop", message: stop };
  yield { type: "metadata", message: metadata };
}

function stopOf(said: Utterance): JsonObject {
  switch (said.finish) {
    case "end":
      return { stopReason: "end_turn" };
    case "length":
      return { stopReason: "max_tokens" };
    case "stop_sequence":
      return { stopReason: "stop_sequence" };
    case "tool":
      return { stopReason: "tool_use" };
  }
}

function usageOf(
  body: JsonObject,
  said: Utterance,
  scope: string,
  wish: Wish,
  { cache, nowMs }: ClaudeTools,
): JsonObject | undefined {
  if (wish.usage === "none") return undefined;
  const use = cache.useBreakpoints(scope, segmentsOf(body), nowMs);
  const read = wish.usage?.cacheReadTokens ?? use.readTokens;
  const write5m = wish.usage?.cacheWrite5mTokens ?? use.write5mTokens;
  const write1h = wish.usage?.cacheWrite1hTokens ?? use.write1hTokens;
  const input = wish.usage?.inputTokens ?? use.inputTokens;
  const output = wish.usage?.outputTokens ?? said.outputTokens;
  const details = [
    { ttl: "1h", inputTokens: write1h },
    { ttl: "5m", inputTokens: write5m },
  ].filter((one) => one.inputTokens > 0);
  return {
    inputTokens: input - read - write5m - write1h,
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: write5m + write1h,
    cacheDetails: details,
  };
}

/** Tools, system, turns; a cache point marks the block before it. */
function segmentsOf(body: JsonObject): Segment[] {
  const blocks = [
    ...asArray(asObject(body["toolConfig"])["tools"]).map(asObject),
    ...asArray(body["system"]).map(asObject),
    ...asArray(body["messages"]).map(asObject).flatMap(contentOf),
  ];
  const segments: Segment[] = [];
  for (const block of blocks) {
    const point = block["cachePoint"];
    const last = segments.at(-1);
    if (point === undefined) segments.push(segmentOf(block));
    else if (last) last.breakpoint = asObject(point)["ttl"] === "1h" ? "1h" : "5m";
  }
  return segments;
}

function segmentOf(block: JsonObject): Segment {
  const identity = JSON.stringify(block);
  const isMedia = "image" in block || "document" in block;
  const bytes = isMedia
    ? PICTURE_TOKENS * BYTES_PER_TOKEN
    : Buffer.byteLength(typeof block["text"] === "string" ? block["text"] : identity);
  return { identity, bytes };
}
