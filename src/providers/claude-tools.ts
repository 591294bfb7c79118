import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { mapKept, withoutCacheExtras } from "./claude-content.ts";

export interface ToolRules {
  /** `defer_loading` and `input_examples` are known, because the tool search flag went along. */
  toolSearch: boolean;
  /** `strict` is known. */
  schemas: boolean;
  cacheTtl: boolean;
}

/** Takes from each tool what only Anthropic's own API knows. */
export function adaptTools(tools: Json[], rules: ToolRules): Json[] {
  const unknownHere = ["eager_input_streaming", "custom"];
  if (!rules.toolSearch) unknownHere.push("defer_loading", "input_examples");
  if (!rules.schemas) unknownHere.push("strict");
  return mapKept(tools, (tool) =>
    isJsonObject(tool) ? withoutCacheExtras(without(tool, unknownHere), rules) : tool,
  );
}

function without(tool: JsonObject, names: string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(tool, name))) return tool;
  const entries = Object.entries(tool).filter(([name]) => !names.includes(name));
  return Object.fromEntries(entries);
}
