import { isJsonObject, parseJson } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { legalToolId } from "../tool-id.ts";

/** A tool as the caller declared it; elsewhere there are only functions, and no namespaces. */
export interface CallerTool {
  /** `search` is run by the caller, like a function, and finds further tools. */
  kind: "function" | "custom" | "search";
  name: string;
  namespace?: string;
}

/** The shortest limit of any vendor. */
const NAME_CHARACTERS_MAX = 64;

/** The one name under which other vendors know a tool of a namespace. */
export function flatName(name: string, namespace: string | undefined): string {
  const joined = namespace === undefined ? name : `${namespace}__${name}`;
  if (namespace === undefined || joined.length <= NAME_CHARACTERS_MAX) return joined;
  const [, hash] = legalToolId(joined).split("_");
  return `${joined.slice(0, NAME_CHARACTERS_MAX - 20)}_${hash ?? ""}`;
}

/** The name of the tool that finds tools; it has none of its own. */
export const TOOL_SEARCH = "tool_search";

/** Where a request declares tools: beside its input, and in it where some were added on the way. */
export function toolLists(body: JsonObject): { list: Json | undefined; path: string }[] {
  const items = Array.isArray(body.input) ? body.input.map(objectIn) : [];
  const added = items.flatMap(({ type, tools }, index) =>
    type === "additional_tools" || type === "tool_search_output"
      ? [{ list: tools, path: `input.${index}.tools` }]
      : [],
  );
  return [{ list: body.tools, path: "tools" }, ...added];
}

/** The tools a request declares, by their flat names. */
export function callerTools(body: JsonObject): Map<string, CallerTool> {
  const tools = new Map<string, CallerTool>();
  const add = (tool: JsonObject, namespace?: string): void => {
    const kind = kindOf(tool);
    const name = kind === "search" ? TOOL_SEARCH : textIn(tool.name);
    tools.set(flatName(name, namespace), { kind, name, namespace });
  };
  for (const tool of toolLists(body).flatMap(({ list }) => objectsIn(list))) {
    if (tool.type !== "namespace") add(tool);
    else for (const inner of objectsIn(tool.tools)) add(inner, textIn(tool.name));
  }
  return tools;
}

function kindOf({ type }: JsonObject): CallerTool["kind"] {
  if (type === "tool_search") return "search";
  return type === "custom" ? "custom" : "function";
}

/** Free text travels as the only member of an object, because other vendors' tools take objects. */
export const FREE_TEXT: JsonObject = {
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
};

export function freeTextArguments(input: string): string {
  return JSON.stringify({ input });
}

/** The way back. A model that wrote no such object meant what it wrote. */
export function freeTextOf(text: string): string {
  const value = parseJson(text);
  return isJsonObject(value) && typeof value.input === "string" ? value.input : text;
}
