import type { ChatRequest, Tool } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { cachePoint } from "./render-blocks.ts";

export interface RenderedTools {
  toolConfig?: JsonObject;
  /** A wish the grammar has no word for, told to the model instead. */
  instruction?: string;
}

/** The tools and the wish for one. A history that uses tools is refused when none is defined. */
export function renderTools(
  request: ChatRequest,
  family: ConverseFamily,
  target: RenderTarget,
): RenderedTools {
  const past = namesInHistory(request);
  const isForbidden = request.toolChoice?.mode === "none" || request.tools.length === 0;
  if (isForbidden && past.length === 0) return {};
  const tools = request.tools.length > 0 ? request.tools : past.map(anyTool);
  if (tools.some((tool) => tool.strict)) target.dropped.push("strict");
  const toolConfig = { tools: tools.flatMap((tool) => renderTool(tool, family)) };
  // There is no word for "none of them".
  if (isForbidden) return { toolConfig, instruction: "Answer without calling any tool." };
  const toolChoice = renderChoice(request, family, target);
  // Claude is told of both wishes in its own words; said in two places they conflict.
  const isSaidElsewhere = family.ownWords === "claude" && request.parallelToolCalls === false;
  const choice = toolChoice && !isSaidElsewhere ? { toolChoice } : {};
  return { toolConfig: { ...toolConfig, ...choice } };
}

function namesInHistory({ messages }: ChatRequest): string[] {
  const calls = messages
    .flatMap((message) => message.parts)
    .filter((part) => part.type === "tool-call");
  return [...new Set(calls.map((call) => call.name))];
}

function anyTool(name: string): Tool {
  return { name, schema: {} };
}

function renderTool(tool: Tool, family: ConverseFamily): JsonObject[] {
  const { name, description, schema, cache } = tool;
  const toolSpec = {
    name,
    // A blank description is refused.
    ...(description?.trim() ? { description } : {}),
    inputSchema: { json: { type: "object", ...schema } },
  };
  return cache && family.cachePoints.includes("tools")
    ? [{ toolSpec }, cachePoint(cache, family)]
    : [{ toolSpec }];
}

/** `undefined` leaves the choice to the model, which is also the default. */
function renderChoice(
  { toolChoice }: ChatRequest,
  { forces }: ConverseFamily,
  { capabilities, dropped }: RenderTarget,
): JsonObject | undefined {
  if (toolChoice?.mode !== "required" && toolChoice?.mode !== "tool") return undefined;
  if (toolChoice.mode === "tool" && forces.tool && capabilities.forcedTools) {
    return { tool: { name: toolChoice.name } };
  }
  if (toolChoice.mode === "tool" || !forces.any || !capabilities.forcedTools) {
    dropped.push("tool_choice");
  }
  return forces.any && capabilities.forcedTools ? { any: {} } : undefined;
}
