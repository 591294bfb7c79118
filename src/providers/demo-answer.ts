import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject, parseJson } from "../core/json.ts";

/** What the demo model says, the same for the same question. */
export interface DemoAnswer {
  id: string;
  model: string;
  /** Words with the space that follows them. */
  words: string[];
  call: { id: string; name: string; arguments: string } | undefined;
  finishReason: "stop" | "length" | "tool_calls";
  promptTokens: number;
  completionTokens: number;
}

const LABEL = "This is Sekisho's built-in demo model; no vendor was called.";
/** One token of real models is about four bytes of English. */
const BYTES_PER_TOKEN = 4;
/** Enough to recognise the question by. */
const QUOTED_CHARACTERS_MAX = 400;

export function composeDemoAnswer(body: JsonObject, model: string): DemoAnswer {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const question = textOf(
    messages.findLast((message) => isJsonObject(message) && message.role === "user"),
  );
  const call = isToolResult(messages.at(-1))
    ? undefined
    : findCall(question, body.tools, messages.length);
  const spoken = call ? [] : splitWords(sentence(messages, question));
  const words = spoken.slice(0, limitOf(body));
  return {
    id: "chatcmpl-demo",
    model,
    words,
    call,
    finishReason: call ? "tool_calls" : words.length < spoken.length ? "length" : "stop",
    promptTokens: Math.ceil(
      new TextEncoder().encode(JSON.stringify(messages)).length / BYTES_PER_TOKEN,
    ),
    completionTokens: call ? splitWords(`${call.name} ${call.arguments}`).length : words.length,
  };
}

function sentence(messages: Json[], question: string): string {
  const last = messages.at(-1);
  if (isToolResult(last))
    return `${LABEL} The tool said: ${textOf(last).slice(0, QUOTED_CHARACTERS_MAX)}`;
  // Tools for programming put pages of reminders before what was typed.
  return `${LABEL} You said: ${question.slice(-QUOTED_CHARACTERS_MAX)}`;
}

/** `call:weather {"city":"Kyoto"}` in the question calls that tool, when it was offered. */
function findCall(question: string, tools: Json | undefined, turn: number): DemoAnswer["call"] {
  const [, name, rest = ""] = /\bcall:([\w.-]+)\s*(\{.*\})?/s.exec(question) ?? [];
  if (name === undefined || !toolNames(tools).includes(name)) return undefined;
  // The turn makes ids differ along one conversation and still repeat with the same question.
  return { id: `call_demo_${turn}`, name, arguments: isJsonObject(parseJson(rest)) ? rest : "{}" };
}

function toolNames(tools: Json | undefined): Json[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool) =>
    isJsonObject(tool) && isJsonObject(tool.function) ? [tool.function.name ?? ""] : [],
  );
}

function isToolResult(message: Json | undefined): boolean {
  return isJsonObject(message) && message.role === "tool";
}

function textOf(message: Json | undefined): string {
  const content = isJsonObject(message) ? message.content : undefined;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const texts = content.flatMap((part) =>
    isJsonObject(part) && typeof part.text === "string" ? [part.text] : [],
  );
  return texts.join("\n");
}

function limitOf(body: JsonObject): number {
  const limit = body.max_completion_tokens ?? body.max_tokens;
  return typeof limit === "number" && limit >= 0 ? limit : Number.POSITIVE_INFINITY;
}

function splitWords(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}
