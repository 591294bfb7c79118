import * as z from "zod";
import type { Message, Part } from "../../core/chat.ts";
import type { Json } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import { objectIn } from "../lenient.ts";
import { parseContent } from "./parse-content.ts";
import { readReasoning } from "./reasoning.ts";
import { callerTools, flatName, freeTextArguments, TOOL_SEARCH } from "./tool-names.ts";

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
  const items = checked(z.array(ITEM), input, "input");
  const traces = items.filter(isTrace).map((item) => `input.${item.type ?? ""}`);
  return {
    messages: items.flatMap((item, index) => parseItem(item, `input.${index}`)),
    ignored: [...new Set(traces)],
  };
}

/** What only reminds OpenAI of its own doings. */
function isTrace({ type, execution }: RawItem): boolean {
  const isSearch = type === "tool_search_call" || type === "tool_search_output";
  return type === "web_search_call" || (isSearch && execution === "server");
}

function said(role: Message["role"], parts: Part[]): Message {
  return { role, parts };
}

function parseItem(item: RawItem, path: string): Message[] {
  if (isTrace(item)) return [];
  switch (item.type ?? "message") {
    case "message":
      return [parseMessage(item, path)];
    case "function_call":
      return [said("assistant", [parseCall(item, path)])];
    case "custom_tool_call":
      return [said("assistant", [parseCustomCall(item, path)])];
    case "tool_search_call":
      return [said("assistant", [parseSearch(item, path)])];
    case "function_call_output":
    case "custom_tool_call_output":
      return [said("user", [parseOutput(item, path)])];
    case "tool_search_output":
      return [said("user", [parseFound(item, path)])];
    case "reasoning":
      return [said("assistant", readReasoning(objectIn(item)))];
    case "additional_tools":
      // They are declared with the others.
      return [];
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

const SEARCH = z.object({ call_id: z.string(), arguments: z.unknown() });

function parseSearch(item: RawItem, path: string): Part {
  const { call_id: id, arguments: wish } = checked(SEARCH, item, path);
  return { type: "tool-call", id, name: TOOL_SEARCH, arguments: JSON.stringify(wish ?? {}) };
}

/** The tools that were found are declared from here on, so that their names are all there is to tell. */
function parseFound(item: RawItem, path: string): Part {
  const { call_id: id } = checked(z.object({ call_id: z.string() }), item, path);
  const names = [...callerTools({ tools: objectIn(item).tools }).keys()];
  const text = names.length === 0 ? "No tools were found." : `Found: ${names.join(", ")}`;
  return { type: "tool-result", id, parts: [{ type: "text", text }], isError: false };
}
