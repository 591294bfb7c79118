import type { ChatRequest } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import { cacheControl } from "../cache-control.ts";

export function renderTools(request: ChatRequest, dropped: string[]): JsonObject[] {
  if (request.tools.length === 0)
    return namesInHistory(request).map((name) => ({ name, input_schema: ANYTHING }));
  // The vendor's strict mode takes only a part of JSON Schema, and its models keep to schemas anyway.
  if (request.tools.some((tool) => tool.strict)) dropped.push("strict");
  return request.tools.map((tool) => ({
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: { type: "object", ...tool.schema },
    ...cacheControl(tool.cache),
  }));
}

const ANYTHING: JsonObject = { type: "object" };

/** A history that uses tools is refused when none is defined, so the old ones are named again. */
function namesInHistory({ messages }: ChatRequest): string[] {
  const calls = messages
    .flatMap((message) => message.parts)
    .filter((part) => part.type === "tool-call");
  return [...new Set(calls.map((call) => call.name))];
}

export function renderToolChoice(
  request: ChatRequest,
  { capabilities, dropped }: RenderTarget,
): JsonObject {
  if (request.tools.length === 0) return { tool_choice: { type: "none" } };
  const isSingle = request.parallelToolCalls === false;
  const choice = choiceOf(request);
  const isForced = choice === "any" || choice === "tool";
  if (isForced && !capabilities.forcedTools) dropped.push("tool_choice");
  const type = isForced && !capabilities.forcedTools ? "auto" : choice;
  if (type === undefined && !isSingle) return {};
  return {
    tool_choice: {
      type: type ?? "auto",
      ...(type === "tool" && request.toolChoice?.mode === "tool"
        ? { name: request.toolChoice.name }
        : {}),
      ...(isSingle && type !== "none" ? { disable_parallel_tool_use: true } : {}),
    },
  };
}

function choiceOf({ toolChoice }: ChatRequest): "auto" | "none" | "any" | "tool" | undefined {
  switch (toolChoice?.mode) {
    case undefined:
      return undefined;
    case "auto":
    case "none":
    case "tool":
      return toolChoice.mode;
    case "required":
      return "any";
  }
}
