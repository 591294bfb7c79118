import type { ChatRequest, Tool } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";

/** The tools, and how the model has to choose: freely, one of them, or none. */
export function renderTools(request: ChatRequest, { dropped }: RenderTarget): JsonObject {
  const { toolChoice, parallelToolCalls } = request;
  const tools = offered(request);
  if (tools.length === 0) return {};
  if (parallelToolCalls === false) dropped.push("parallel_tool_calls");
  return {
    tools: tools.map(renderTool),
    ...renderStrict(tools, dropped),
    ...(toolChoice?.mode === "required" || toolChoice?.mode === "tool"
      ? { tool_choice: "REQUIRED" }
      : {}),
    ...(toolChoice?.mode === "none" ? { tool_choice: "NONE" } : {}),
  };
}

/** No tool can be chosen by name; of one that is offered alone the model can be sure. */
function offered({ tools, toolChoice }: ChatRequest): Tool[] {
  const named = tools.filter(({ name }) => toolChoice?.mode === "tool" && toolChoice.name === name);
  return named.length > 0 ? named : tools;
}

function renderTool({ name, description, schema }: Tool): JsonObject {
  const called = { name, ...(description === undefined ? {} : { description }) };
  return { type: "function", function: { ...called, parameters: { type: "object", ...schema } } };
}

/** One word for all tools, and only for such as have a required argument each. */
function renderStrict(tools: readonly Tool[], dropped: string[]): JsonObject {
  const isWanted = tools.some((tool) => tool.strict);
  if (!isWanted) return {};
  if (tools.every((tool) => tool.strict && hasRequired(tool))) return { strict_tools: true };
  dropped.push("strict");
  return {};
}

function hasRequired({ schema }: Tool): boolean {
  return Array.isArray(schema.required) && schema.required.length > 0;
}
