import type { ChatRequest, Tool, ToolChoice } from "../core/chat.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { RenderTarget } from "./dialect.ts";

/** Where OpenAI's two grammars put what they both say of tools. */
export interface ToolWords {
  tool(tool: Tool): JsonObject;
  /** The choice of this one tool. */
  only(name: string): JsonObject;
}

/** The members `tools`, `tool_choice` and `parallel_tool_calls` of a request in one of them. */
export function renderOpenAiTools(
  { tools, toolChoice, parallelToolCalls }: ChatRequest,
  { capabilities, dropped }: RenderTarget,
  words: ToolWords,
): JsonObject {
  if (tools.length === 0) return {};
  const isForced = toolChoice?.mode === "required" || toolChoice?.mode === "tool";
  const isRefused = isForced && !capabilities.forcedTools;
  if (isRefused) dropped.push("tool_choice");
  return {
    tools: tools.map((tool) => words.tool(tool)),
    ...(toolChoice && !isRefused ? { tool_choice: choiceOf(toolChoice, words) } : {}),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

function choiceOf(choice: ToolChoice, words: ToolWords): Json {
  switch (choice.mode) {
    case "auto":
    case "none":
    case "required":
      return choice.mode;
    case "tool":
      return words.only(choice.name);
  }
}
