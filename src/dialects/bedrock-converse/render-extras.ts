import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import { renderThinking } from "../anthropic-messages/render-thinking.ts";
import type { RenderTarget } from "../dialect.ts";
import type { Turn } from "./render-turns.ts";

/** What only this family has a word for. */
export interface Extras {
  /** `additionalModelRequestFields`: the words of the model's own API. */
  fields: JsonObject;
  /** `outputConfig.effort`. */
  effort?: string;
  /** The model thinks, and so takes no sampling parameters. */
  isThinking: boolean;
  /** The model decides about the length as well. */
  isLengthFree?: boolean;
}

export function renderExtras(
  request: ChatRequest,
  family: ConverseFamily,
  turns: readonly Turn[],
  target: RenderTarget,
): Extras {
  switch (family.ownWords) {
    case "claude":
      return claudeExtras(request, family, turns, target);
    case "nova":
      return novaExtras(request, family, target);
    case "gpt-oss":
      return gptOssExtras(request, family, target);
    case "none":
      return plainExtras(request, family, target);
  }
}

function claudeExtras(
  request: ChatRequest,
  family: ConverseFamily,
  turns: readonly Turn[],
  target: RenderTarget,
): Extras {
  const maxTokens = request.maxOutputTokens ?? target.capabilities.maxOutputTokens;
  const { thinking, effort } = renderThinking(
    request,
    turns.map(({ role, content }) => ({ role, content: content.map(blockType) })),
    maxTokens,
    target,
  );
  const isThinking = thinking !== undefined && thinking.type !== "disabled";
  const mayPickFew = target.capabilities.sampling && !isThinking;
  return {
    isThinking,
    fields: {
      ...(thinking ? { thinking } : {}),
      ...renderTopK(request, family, target, mayPickFew),
      ...renderSingleCall(request, target),
    },
    ...(typeof effort?.effort === "string" ? { effort: effort.effort } : {}),
  };
}

/** As Anthropic's own grammar calls it, by which the rules for thinking go. */
function blockType(block: JsonObject): JsonObject {
  if (block.toolResult !== undefined) return { type: "tool_result" };
  return { type: block.reasoningContent === undefined ? "text" : "thinking" };
}

/** Converse has no word for it, and Claude's own says in the same breath which tool is wished for. */
function renderSingleCall(
  { parallelToolCalls, tools, toolChoice }: ChatRequest,
  { capabilities }: RenderTarget,
): JsonObject {
  if (parallelToolCalls !== false || tools.length === 0 || toolChoice?.mode === "none") return {};
  const disable_parallel_tool_use = true;
  const forced = capabilities.forcedTools ? toolChoice : undefined;
  if (forced?.mode === "tool")
    return { tool_choice: { type: "tool", name: forced.name, disable_parallel_tool_use } };
  const type = forced?.mode === "required" ? "any" : "auto";
  return { tool_choice: { type, disable_parallel_tool_use } };
}

function novaExtras(request: ChatRequest, family: ConverseFamily, target: RenderTarget): Extras {
  noteSingleCall(request, target);
  const effort = wishedEffort(request.reasoning, target);
  // At its hardest it takes neither a limit nor sampling parameters.
  const isFree = effort === "high";
  const fields = {
    ...(effort ? { reasoningConfig: { type: "enabled", maxReasoningEffort: effort } } : {}),
    ...renderTopK(request, family, target, !isFree),
  };
  return { fields, isThinking: isFree, isLengthFree: isFree };
}

function gptOssExtras(request: ChatRequest, family: ConverseFamily, target: RenderTarget): Extras {
  const effort = wishedEffort(request.reasoning, target);
  noteSingleCall(request, target);
  const topK = renderTopK(request, family, target);
  return {
    fields: { ...(effort ? { reasoning_effort: effort } : {}), ...topK },
    isThinking: false,
  };
}

function plainExtras(request: ChatRequest, family: ConverseFamily, target: RenderTarget): Extras {
  noteSingleCall(request, target);
  if (request.reasoning && request.reasoning.mode !== "off")
    target.dropped.push("reasoning_effort");
  return { fields: renderTopK(request, family, target), isThinking: false };
}

/** Where this family has a place for it. */
function renderTopK(
  { sampling: { topK } }: ChatRequest,
  { topK: path }: ConverseFamily,
  { dropped }: RenderTarget,
  isTaken = true,
): JsonObject {
  if (topK === undefined) return {};
  if (path === undefined || !isTaken) {
    dropped.push("top_k");
    return {};
  }
  const [last = path, ...outer] = path.split(".").toReversed();
  return outer.reduce<JsonObject>((value, name) => ({ [name]: value }), { [last]: topK });
}

function noteSingleCall({ parallelToolCalls }: ChatRequest, { dropped }: RenderTarget): void {
  if (parallelToolCalls === false) dropped.push("parallel_tool_calls");
}

/** The three words these models know. */
const LEVELS: Record<Effort, "low" | "medium" | "high" | undefined> = {
  none: undefined,
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

function wishedEffort(
  reasoning: Reasoning | undefined,
  { capabilities, dropped }: RenderTarget,
): string | undefined {
  if (!reasoning || reasoning.mode === "off") return undefined;
  if (capabilities.reasoning === "none") {
    dropped.push("reasoning_effort");
    return undefined;
  }
  const { effort, budgetTokens } = reasoning;
  if (effort !== undefined) return LEVELS[effort];
  if (budgetTokens === undefined) return "medium";
  return budgetTokens < 4_000 ? "low" : budgetTokens < 16_000 ? "medium" : "high";
}
