import { isJsonObject, type Json } from "../json.ts";

/**
 * `declared`: its description stands in the request. `vendor`: run by the caller, described by the
 * vendor in a text of known size. `unseen`: run by the vendor, and brings back whatever it finds.
 */
export type ToolKind = "declared" | "vendor" | "unseen";

/** Anthropic's dated tools that the caller runs, or that only search the declared ones, as OpenAI's does. */
const VENDOR_TOOLS = /^((bash|text_editor|computer|memory|tool_search_tool)_|tool_search$)/;

const DECLARED_TYPES = new Set(["function", "custom", "namespace"]);

/** Members that declare a tool, in OpenAI's, Gemini's and Converse's spelling. */
const DECLARATIONS = new Set([
  "functionDeclarations",
  "function_declarations",
  "toolSpec",
  "cachePoint",
  "name",
  "description",
  "parameters",
  "strict",
]);

export function toolKind(tool: Json): ToolKind {
  if (!isJsonObject(tool) || "input_schema" in tool) return "declared";
  const { type } = tool;
  if (typeof type === "string") {
    if (DECLARED_TYPES.has(type)) return "declared";
    return VENDOR_TOOLS.test(type) ? "vendor" : "unseen";
  }
  return Object.keys(tool).every((name) => DECLARATIONS.has(name)) ? "declared" : "unseen";
}
