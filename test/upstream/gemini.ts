import type { Wish } from "./exchange.ts";
import type { GeminiModel } from "./gemini-models.ts";
import { functionsOf } from "./gemini-rules.ts";
import { newId } from "./ids.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { utter } from "./pretend.ts";
import type { Picture, Prompt, Utterance } from "./pretend.ts";
import type { Signatures } from "./signatures.ts";
import { BYTES_PER_TOKEN, PICTURE_TOKENS, tokensOfBytes } from "./tokens.ts";
import type { PromptCache } from "./tokens.ts";

export interface GeminiAnswer {
  response: JsonObject;
  chunks: JsonObject[];
}

export interface GeminiTools {
  cache: PromptCache;
  signatures: Signatures;
  nowMs: number;
}

export function answerGemini(
  body: JsonObject,
  model: GeminiModel,
  scope: string,
  wish: Wish,
  tools: GeminiTools,
): GeminiAnswer {
  const said = utter(geminiPrompt(body, model, wish.reply));
  const usage =
    wish.usage === "none" ? undefined : usageOf(body, said, `${scope} ${model.name}`, wish, tools);
  const parts = partsOf(body, said, model, tools.signatures);
  const shell = {
    modelVersion: model.name,
    responseId: newId("r"),
    createTime: new Date(tools.nowMs).toISOString(),
  };
  const candidate = (part: JsonObject[]): JsonObject => ({
    content: { role: "model", parts: part },
    index: 0,
  });
  const finish = { finishReason: said.finish === "length" ? "MAX_TOKENS" : "STOP" };
  const chunks = parts.map((part, index) => ({
    candidates: [{ ...candidate([part]), ...(index === parts.length - 1 && finish) }],
    // Every chunk counts so far; only the last one is right.
    ...(usage && {
      usageMetadata: index === parts.length - 1 ? usage : runningUsage(usage, index),
    }),
    ...shell,
  }));
  const whole = {
    candidates: [{ ...candidate(joined(parts)), ...finish }],
    ...(usage && { usageMetadata: usage }),
    ...shell,
  };
  return { response: whole, chunks: chunks.length > 0 ? chunks : [whole] };
}

function geminiPrompt(body: JsonObject, model: GeminiModel, reply: string | undefined): Prompt {
  const contents = asArray(body["contents"]).map(asObject);
  const fresh = contents.slice(
    contents.findLastIndex((content) => content["role"] === "model") + 1,
  );
  const parts = fresh.flatMap((content) => asArray(content["parts"])).map(asObject);
  const config = asObject(body["generationConfig"]);
  return {
    text: parts
      .map((part) => asString(part["text"]))
      .filter((text) => text !== "")
      .join("\n"),
    pictures: parts.flatMap(pictureOf),
    toolResults: parts
      .filter((part) => isObject(part["functionResponse"]))
      .map((part) => resultText(asObject(asObject(part["functionResponse"])["response"]))),
    tools: functionsOf(body).map((declared) => asString(declared["name"])),
    toolUse: toolUse(asObject(asObject(body["toolConfig"])["functionCallingConfig"])),
    thinks: thinks(asObject(config["thinkingConfig"]), model),
    maxTokens: Number(config["maxOutputTokens"] ?? model.maxOutputTokens),
    stopSequences: asArray(config["stopSequences"]).map(asString),
    schema: config["responseJsonSchema"] ?? config["responseSchema"],
    announcesCalls: false,
    reply,
  };
}

/** From Gemini 3 on thinking cannot be switched off; 2.5 thinks when it is asked to. */
function thinks(thinking: JsonObject, model: GeminiModel): boolean {
  if (model.generation >= 3) return thinking["thinkingBudget"] !== 0;
  return thinking["thinkingBudget"] !== undefined && thinking["thinkingBudget"] !== 0;
}

function toolUse(config: JsonObject): Prompt["toolUse"] {
  const mode = asString(config["mode"]).toUpperCase();
  const only = asString(asArray(config["allowedFunctionNames"])[0]);
  if (mode === "NONE") return "never";
  if (mode === "ANY") return only === "" ? "must" : { name: only };
  return "may";
}

function resultText(response: JsonObject): string {
  const plain = response["output"] ?? response["result"];
  return typeof plain === "string" ? plain : JSON.stringify(response);
}

function pictureOf(part: JsonObject): Picture[] {
  if (isObject(part["fileData"]))
    return [{ mediaType: asString(part["fileData"]["mimeType"]), bytes: 0 }];
  if (!isObject(part["inlineData"])) return [];
  const bytes = Buffer.from(asString(part["inlineData"]["data"]), "base64").length;
  return [{ mediaType: asString(part["inlineData"]["mimeType"]), bytes }];
}

function partsOf(
  body: JsonObject,
  said: Utterance,
  model: GeminiModel,
  signatures: Signatures,
): JsonObject[] {
  const isShown =
    asObject(asObject(body["generationConfig"])["thinkingConfig"])["includeThoughts"] === true;
  const signature =
    said.thinking.length > 0 || model.generation >= 3
      ? signatures.issue("gemini", said.thinking.join(""))
      : undefined;
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  const thoughts = isShown ? said.thinking.map((piece) => ({ text: piece, thought: true })) : [];
  const text = said.text.map((piece) => ({ text: piece }));
  // Function calls come whole, and only the first of a step is signed.
  const calls = said.calls.map((call, index) => ({
    functionCall: { name: call.name, args: call.arguments },
    ...(index === 0 && signed),
  }));
  // Without a call, the signature arrives last, on an empty text.
  const tail = calls.length === 0 && signature !== undefined ? [{ text: "", ...signed }] : [];
  return [...thoughts, ...text, ...calls, ...tail];
}

/** A plain answer has one part for the thoughts, one for the text, and the calls. */
function joined(parts: JsonObject[]): JsonObject[] {
  const merged: JsonObject[] = [];
  for (const part of parts) {
    const previous = merged.at(-1);
    if (
      previous &&
      typeof part["text"] === "string" &&
      typeof previous["text"] === "string" &&
      previous["thought"] === part["thought"]
    ) {
      merged[merged.length - 1] = { ...previous, ...part, text: previous["text"] + part["text"] };
    } else {
      merged.push(part);
    }
  }
  return merged;
}

export function geminiInputTokens(body: JsonObject): number {
  const { text, pictures } = promptText(body);
  return tokensOfBytes(Buffer.byteLength(text) + pictures * PICTURE_TOKENS * BYTES_PER_TOKEN);
}

/** System, tools, contents: the order a prefix cache sees. */
function promptText(body: JsonObject): { text: string; pictures: number } {
  const contents = [
    asObject(body["systemInstruction"]),
    ...asArray(body["contents"]).map(asObject),
  ];
  const parts = contents.flatMap((content) => asArray(content["parts"])).map(asObject);
  const spoken = parts.map((part) => {
    const other = part["functionCall"] ?? asObject(part["functionResponse"])["response"];
    return asString(part["text"]) + (other === undefined ? "" : JSON.stringify(other));
  });
  const tools = functionsOf(body).length > 0 ? JSON.stringify(body["tools"]) : "";
  return { text: [tools, ...spoken].join(""), pictures: parts.flatMap(pictureOf).length };
}

function usageOf(
  body: JsonObject,
  said: Utterance,
  scope: string,
  wish: Wish,
  tools: GeminiTools,
): JsonObject {
  const override = wish.usage === "none" ? undefined : wish.usage;
  const prompt = override?.inputTokens ?? geminiInputTokens(body);
  const thoughts = override?.reasoningTokens ?? said.thinkingTokens;
  // Thoughts are billed as output and counted beside the candidates, not inside them.
  const candidates = (override?.outputTokens ?? said.outputTokens) - thoughts;
  const cached =
    override?.cacheReadTokens ??
    tools.cache.useAutomatic(scope, promptText(body).text, tools.nowMs);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + thoughts,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
    promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
    trafficType: "ON_DEMAND",
  };
}

function runningUsage(usage: JsonObject, index: number): JsonObject {
  const candidates = Math.min(index + 1, Number(usage["candidatesTokenCount"]));
  const total =
    Number(usage["promptTokenCount"]) + candidates + Number(usage["thoughtsTokenCount"] ?? 0);
  return { ...usage, candidatesTokenCount: candidates, totalTokenCount: total };
}
