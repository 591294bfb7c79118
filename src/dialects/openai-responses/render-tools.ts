import type { ChatRequest, ToolChoice } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";

export function renderTools(
  request: ChatRequest,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = request;
  if (tools.length === 0) return {};
  const isForced = toolChoice?.mode === "required" || toolChoice?.mode === "tool";
  const isRefused = isForced && !capabilities.forcedTools;
  if (isRefused) dropped.push("tool_choice");
  return {
    tools: tools.map(({ name, description, schema, strict }) => ({
      type: "function",
      name,
      ...(description === undefined ? {} : { description }),
      parameters: schema,
      // Here alone a tool is strict unless somebody says otherwise.
      strict: strict ?? false,
    })),
    ...(toolChoice && !isRefused ? { tool_choice: choiceOf(toolChoice) } : {}),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

function choiceOf(choice: ToolChoice): Json {
  switch (choice.mode) {
    case "auto":
    case "none":
    case "required":
      return choice.mode;
    case "tool":
      return { type: "function", name: choice.name };
  }
}
