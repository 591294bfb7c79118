import * as z from "zod";
import type { Message, Part } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import { objectIn } from "../lenient.ts";
import { parseContent } from "./parse-content.ts";
import { readReasoning } from "./reasoning.ts";
import { flatName, freeTextArguments } from "./tool-names.ts";

export interface ParsedInput {
  messages: Message[];
  /** Kinds of items that were left out. */
  ignored: string[];
}

const ITEM = z.looseObject({ type: z.string().nullish() });
type RawItem = z.infer<typeof ITEM>;

/** Each item becomes a message of its own; neighbours of one role are one turn to every renderer. */
export function parseInput(input: Json | undefined): ParsedInput {
  if (typeof input === "string") {
    return { messages: [said("user", [{ type: "text", text: input }])], ignored: [] };
  }
  const parsed: ParsedInput = { messages: [], ignored: [] };
  for (const [index, item] of checked(z.array(ITEM), input, "input").entries()) {
    const message = parseItem(item, `input.${index}`);
    if (message !== undefined) parsed.messages.push(message);
    else parsed.ignored.push(`input.${item.type ?? ""}`);
  }
  return { ...parsed, ignored: [...new Set(parsed.ignored)] };
}

function said(role: Message["role"], parts: Part[]): Message {
  return { role, parts };
}

/** `undefined` for what only reminds OpenAI of its own doings. */
function parseItem(item: RawItem, path: string): Message | undefined {
  switch (item.type ?? "message") {
    case "message":
      return parseMessage(item, path);
    case "function_call":
      return said("assistant", [parseCall(item, path)]);
    case "custom_tool_call":
      return said("assistant", [parseCustomCall(item, path)]);
    case "function_call_output":
    case "custom_tool_call_output":
      return said("user", [parseOutput(item, path)]);
    case "reasoning":
      return said("assistant", readReasoning(objectIn(item)));
    case "web_search_call":
      return undefined;
    case "item_reference":
      throw unsupported(path, "this model's vendor keeps no items; send the item itself");
    default:
      throw unsupported(`${path}.type`, `"${item.type}" does not exist at this model's vendor`);
  }
}

const MESSAGE = z.object({
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.unknown().optional(),
});

function parseMessage(item: RawItem, path: string): Message {
  const { role, content } = checked(MESSAGE, item, path);
  const parts = parseContent(content, `${path}.content`);
  return said(role === "developer" ? "system" : role, parts);
}

const NAMED = { call_id: z.string(), name: z.string(), namespace: z.string().nullish() };
const CALL = z.object({ ...NAMED, arguments: z.string() });
const CUSTOM_CALL = z.object({ ...NAMED, input: z.string() });
const OUTPUT = z.object({ call_id: z.string(), output: z.unknown().optional() });

function parseCall(item: RawItem, path: string): Part {
  const { call_id: id, name, namespace, arguments: text } = checked(CALL, item, path);
  return { type: "tool-call", id, name: flatName(name, namespace ?? undefined), arguments: text };
}

function parseCustomCall(item: RawItem, path: string): Part {
  const { call_id: id, name, namespace, input } = checked(CUSTOM_CALL, item, path);
  return {
    type: "tool-call",
    id,
    name: flatName(name, namespace ?? undefined),
    arguments: freeTextArguments(input),
  };
}

function parseOutput(item: RawItem, path: string): Part {
  const { call_id: id, output } = checked(OUTPUT, item, path);
  const parts = parseContent(output, `${path}.output`);
  return { type: "tool-result", id, parts, isError: false };
}
