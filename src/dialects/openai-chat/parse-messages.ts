import * as z from "zod";
import type { CacheMark, Message, Part, ToolCallPart } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import { checked, invalidField } from "../checked.ts";
import { objectIn } from "../lenient.ts";
import { freeTextArguments } from "../openai-responses/tool-names.ts";
import { parseContent } from "./parse-content.ts";
import { proofOfCall, readReasoning } from "./reasoning.ts";

const MESSAGE = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: z.unknown().optional(),
  cache_control: CACHE_CONTROL,
});
type RawMessage = z.infer<typeof MESSAGE>;

export function parseMessages(messages: Json | undefined): Message[] {
  const names = createCallNames();
  return checked(z.array(MESSAGE), messages, "messages").map((message, index) =>
    parseMessage(message, `messages.${index}`, names),
  );
}

/** The tool calls of 2023 had no ids, so each gets one; vendors refuse two of the same. */
interface CallNames {
  /** The id of the next call of this function. */
  next(name: string): string;
  /** The id of its latest call, which is the one that is answered. */
  latest(name: string): string;
}

/** Counted, so that the same conversation has the same ids on every turn. */
function createCallNames(): CallNames {
  const counts = new Map<string, number>();
  const latest = (name: string): string => {
    const count = counts.get(name) ?? 1;
    return count === 1 ? name : `${name}_${count}`;
  };
  return {
    latest,
    next(name) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return latest(name);
    },
  };
}

function parseMessage(message: RawMessage, path: string, names: CallNames): Message {
  const mark = cacheMark(message.cache_control);
  switch (message.role) {
    case "system":
    case "developer":
      return {
        role: "system",
        parts: marked(parseContent(message.content, `${path}.content`), mark),
      };
    case "user":
      return {
        role: "user",
        parts: marked(parseContent(message.content, `${path}.content`), mark),
      };
    case "assistant":
      return { role: "assistant", parts: marked(parseAssistant(message, path, names), mark) };
    case "tool":
    case "function":
      return { role: "user", parts: [parseToolMessage(message, mark, path, names)] };
  }
}

/** LiteLLM takes a mark on the message, too; it stands for one on the last part. */
function marked<P extends Part>(parts: P[], cache: CacheMark | undefined): P[] {
  return cache
    ? parts.map((part, index) => (index === parts.length - 1 ? { ...part, cache } : part))
    : parts;
}

const CALL = z.looseObject({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string().nullish() }).optional(),
  custom: z.object({ name: z.string(), input: z.string() }).optional(),
  cache_control: CACHE_CONTROL,
});

function parseAssistant(message: RawMessage, path: string, names: CallNames): Part[] {
  const { content, refusal, tool_calls, function_call, ...rest } = message;
  const words =
    content === undefined || content === null ? [] : parseContent(content, `${path}.content`);
  const refused: Part[] = typeof refusal === "string" ? [{ type: "text", text: refusal }] : [];
  const calls = checked(z.array(CALL).nullish(), tool_calls, `${path}.tool_calls`) ?? [];
  return [
    ...readReasoning(objectIn(rest)),
    ...words,
    ...refused,
    ...calls.map((call, index) => parseCall(call, `${path}.tool_calls.${index}`)),
    ...(isJsonObject(function_call) ? [parseFunctionCall(function_call, path, names)] : []),
  ];
}

function parseCall(call: z.infer<typeof CALL>, path: string): ToolCallPart {
  const { id, function: called, custom, cache_control } = call;
  const cache = cacheMark(cache_control);
  // Other vendors' tools take objects, so free text travels in a member of one.
  if (custom)
    return {
      type: "tool-call",
      id,
      name: custom.name,
      arguments: freeTextArguments(custom.input),
      cache,
    };
  if (!called) throw invalidField(`${path}.function`, "Field required");
  const proof = proofOfCall(objectIn(call));
  return {
    type: "tool-call",
    id,
    name: called.name,
    arguments: called.arguments ?? "",
    proof,
    cache,
  };
}

function parseFunctionCall(call: JsonObject, path: string, names: CallNames): ToolCallPart {
  const { name, arguments: text } = checked(
    z.object({ name: z.string(), arguments: z.string() }),
    call,
    `${path}.function_call`,
  );
  return { type: "tool-call", id: names.next(name), name, arguments: text };
}

const TOOL_MESSAGE = z.object({ tool_call_id: z.string() });
const FUNCTION_MESSAGE = z.object({ name: z.string() });

function parseToolMessage(
  message: RawMessage,
  cache: CacheMark | undefined,
  path: string,
  names: CallNames,
): Part {
  const id =
    message.role === "function"
      ? names.latest(checked(FUNCTION_MESSAGE, message, path).name)
      : checked(TOOL_MESSAGE, message, path).tool_call_id;
  const parts = message.content === null ? [] : parseContent(message.content, `${path}.content`);
  return { type: "tool-result", id, parts, isError: false, cache };
}
