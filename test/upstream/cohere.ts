import { findCohereModel } from "./cohere-problem.ts";
import type { CohereModel } from "./cohere-problem.ts";
import { cohereProblem } from "./cohere-rules.ts";
import { corruptText, jsonReply, waitHeaders } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Wish } from "./exchange.ts";
import { newId, newUuid } from "./ids.ts";
import { asArray, asObject, asString, isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { parseDataUri } from "./media.ts";
import { STREAM_HEADERS } from "./openai.ts";
import { utter } from "./pretend.ts";
import type { Prompt, Utterance } from "./pretend.ts";
import { countTokens } from "./tokens.ts";

/** `POST /cohere/v2/chat`: Cohere's own grammar, and none of OpenAI's leniencies. */
export function cohereChat(exchange: Exchange): Outcome {
  const body = asObject(exchange.body);
  const modelName = asString(body["model"]);
  const said = { vendor: "others" as const, deployment: "cohere", model: modelName };
  const problem = isObject(exchange.body)
    ? cohereProblem(body)
    : { status: 400 as const, message: "invalid request: invalid JSON" };
  const model = findCohereModel(modelName);
  if (problem !== undefined || model === undefined) {
    const { status, message } = problem ?? { status: 404, message: "model not found" };
    const reply = jsonReply(status, { id: newUuid(), message });
    return { kind: "refusal", ...said, reason: message, reply };
  }
  return {
    kind: "call",
    ...said,
    failures: FAILURES,
    answer(wish) {
      const answer = answerOf(body, model, wish);
      if (body["stream"] !== true) return jsonReply(200, answer.whole);
      return { kind: "stream", headers: STREAM_HEADERS, chunks: answer.events.map(eventChunk) };
    },
  };
}

const FAILURES: Failures = {
  throttle: (retryAfterSeconds) =>
    jsonReply(429, { id: newUuid(), message: "too many requests" }, waitHeaders(retryAfterSeconds)),
  failure: (fault) => jsonReply(500, { id: newUuid(), message: fault.message ?? "internal error" }),
  errorChunk: (fault) =>
    eventChunk({
      type: "message-end",
      delta: { finish_reason: "ERROR", error: fault.message ?? "internal error" },
    }),
  corrupt: corruptText,
};

function eventChunk(event: JsonObject): Buffer {
  return Buffer.from(`event: ${asString(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
}

function promptOf(body: JsonObject, model: CohereModel, reply: string | undefined): Prompt {
  const messages = asArray(body["messages"]).map(asObject);
  const fresh = messages.slice(messages.findLastIndex((one) => one["role"] === "assistant") + 1);
  const from = (role: string): JsonObject[] => fresh.filter((one) => one["role"] === role);
  const format = asObject(body["response_format"]);
  return {
    text: from("user")
      .map((message) => textOf(message["content"]))
      .join("\n"),
    pictures: from("user").flatMap(({ content }) =>
      asArray(content).flatMap((part) => pictureOf(asObject(part))),
    ),
    toolResults: from("tool").map((message) => textOf(message["content"])),
    tools: asArray(body["tools"]).map((tool) =>
      asString(asObject(asObject(tool)["function"])["name"]),
    ),
    toolUse:
      body["tool_choice"] === "REQUIRED"
        ? "must"
        : body["tool_choice"] === "NONE"
          ? "never"
          : "may",
    thinks: model.thinks && asObject(body["thinking"])["type"] !== "disabled",
    maxTokens: Number(body["max_tokens"] ?? model.maxOutputTokens),
    stopSequences: asArray(body["stop_sequences"]).map(asString),
    schema:
      format["type"] === "json_object"
        ? (format["json_schema"] ?? { type: "object", properties: { text: { type: "string" } } })
        : undefined,
    announcesCalls: true,
    reply,
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asString(asObject(part)["text"]))
    .filter((text) => text !== "")
    .join("\n");
}

function pictureOf(part: JsonObject): Prompt["pictures"] {
  if (part["type"] !== "image_url") return [];
  const data = parseDataUri(asString(asObject(part["image_url"])["url"]));
  return [
    data ? { mediaType: data.mediaType, bytes: data.bytes.length } : { mediaType: "url", bytes: 0 },
  ];
}

interface Answer {
  whole: JsonObject;
  events: JsonObject[];
}

function answerOf(body: JsonObject, model: CohereModel, wish: Wish): Answer {
  const said = utter(promptOf(body, model, wish.reply));
  const id = newUuid();
  const finish_reason = finishReason(said);
  const usage = wish.usage === "none" ? undefined : usageOf(body, said, wish);
  const calls = said.calls.map((call) => ({ id: newId(`${call.name}_`), ...call }));
  const citations = citationsOf(body, said);
  const isPlan = calls.length > 0;
  const content = [
    ...(said.thinking.length > 0 ? [contentOf("thinking", said.thinking)] : []),
    ...(said.text.length > 0 && !isPlan ? [contentOf("text", said.text)] : []),
  ];
  const message = {
    role: "assistant",
    ...(content.length > 0 ? { content: content.map((one) => one.whole) } : {}),
    ...(isPlan ? { tool_plan: said.text.join("") } : {}),
    ...(isPlan
      ? {
          tool_calls: calls.map((call) => ({
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: call.pieces.join("") || "{}" },
          })),
        }
      : {}),
    ...(citations.length > 0 ? { citations } : {}),
  };
  const empty = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
  return {
    whole: { id, finish_reason, message, ...(usage && { usage }) },
    events: [
      { id, type: "message-start", delta: { message: empty } },
      ...(isPlan ? said.text.map((piece) => deltaOf("tool-plan-delta", { tool_plan: piece })) : []),
      ...content.flatMap((one, index) => one.events.map((event) => ({ ...event, index }))),
      ...calls.flatMap((call, index) =>
        [
          deltaOf("tool-call-start", {
            tool_calls: {
              id: call.id,
              type: "function",
              function: { name: call.name, arguments: "" },
            },
          }),
          ...(call.pieces.length > 0 ? call.pieces : ["{}"]).map((piece) =>
            deltaOf("tool-call-delta", { tool_calls: { function: { arguments: piece } } }),
          ),
          { type: "tool-call-end" },
        ].map((event) => ({ ...event, index })),
      ),
      ...citations.flatMap((citation, index) => [
        { ...deltaOf("citation-start", { citations: citation }), index },
        { type: "citation-end", index },
      ]),
      { type: "message-end", delta: { finish_reason, ...(usage && { usage }) } },
    ],
  };
}

function deltaOf(type: string, message: JsonObject): JsonObject {
  return { type, delta: { message } };
}

function contentOf(type: "text" | "thinking", pieces: string[]) {
  return {
    whole: { type, [type]: pieces.join("") },
    events: [
      deltaOf("content-start", { content: { type, [type]: "" } }),
      ...pieces.map((piece) => deltaOf("content-delta", { content: { [type]: piece } })),
      { type: "content-end" },
    ],
  };
}

/** The first word leans on the first document, all of the words on every one. */
function citationsOf(body: JsonObject, said: Utterance): JsonObject[] {
  const text = said.text.join("");
  const isOff = ["OFF", "DISABLED"].includes(asString(asObject(body["citation_options"])["mode"]));
  if (isOff || text === "" || said.calls.length > 0) return [];
  const sources = asArray(body["documents"]).map((document, index) => {
    const id = asString(asObject(document)["id"]) || `doc:${index}`;
    const data = typeof document === "string" ? { text: document } : asObject(document)["data"];
    return { type: "document", id, document: { ...asObject(data), id } };
  });
  if (sources.length === 0) return [];
  const first = /^\S+/u.exec(text)?.[0] ?? "";
  const cite = (words: string, by: JsonObject[]): JsonObject => ({
    start: 0,
    end: [...words].length,
    text: words,
    sources: by,
    type: "TEXT_CONTENT",
  });
  return [cite(first, sources.slice(0, 1)), cite(text, sources)];
}

/** The vendor's instructions to the model, which are counted and not billed. */
const PREAMBLE_TOKENS = 500;

function usageOf(body: JsonObject, said: Utterance, wish: Wish): JsonObject {
  const override = wish.usage === "none" ? undefined : wish.usage;
  const prompt = JSON.stringify([body["messages"], body["tools"], body["documents"]]);
  const input = override?.inputTokens ?? countTokens(prompt);
  const output = override?.outputTokens ?? said.outputTokens;
  return {
    billed_units: { input_tokens: input, output_tokens: output },
    tokens: { input_tokens: input + PREAMBLE_TOKENS, output_tokens: output + 3 },
    cached_tokens: PREAMBLE_TOKENS - 20,
  };
}

function finishReason(said: Utterance): string {
  switch (said.finish) {
    case "tool":
      return "TOOL_CALL";
    case "length":
      return "MAX_TOKENS";
    case "stop_sequence":
      return "STOP_SEQUENCE";
    case "end":
      return "COMPLETE";
  }
}
