import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { renderThinking } from "../anthropic-messages/render-thinking.ts";
import type { RenderTarget } from "../dialect.ts";
import { noteDropped } from "../dropped.ts";
import type { Family } from "./family.ts";
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
  family: Family,
  turns: readonly Turn[],
  target: RenderTarget,
): Extras {
  switch (family.name) {
    case "claude":
      return claudeExtras(request, turns, target);
    case "nova":
      return novaExtras(request, target);
    case "gpt-oss":
      return gptOssExtras(request, target);
    case "mistral":
    case "other":
      return plainExtras(request, family, target);
  }
}

function claudeExtras(request: ChatRequest, turns: readonly Turn[], target: RenderTarget): Extras {
  const { topK } = request.sampling;
  const maxTokens = request.maxOutputTokens ?? target.capabilities.maxOutputTokens;
  const { thinking, effort } = renderThinking(
    request,
    turns.map(({ role, content }) => ({ role, content: content.map(blockType) })),
    maxTokens,
    target,
  );
  const isThinking = thinking !== undefined && thinking.type !== "disabled";
  const mayPickFew = target.capabilities.sampling && !isThinking;
  if (!mayPickFew) noteDropped(target.dropped, { top_k: topK });
  return {
    isThinking,
    fields: {
      ...(thinking ? { thinking } : {}),
      ...(topK !== undefined && mayPickFew ? { top_k: topK } : {}),
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

function novaExtras(request: ChatRequest, target: RenderTarget): Extras {
  const { topK } = request.sampling;
  noteSingleCall(request, target);
  const effort = wishedEffort(request.reasoning, target);
  // At its hardest it takes neither a limit nor sampling parameters.
  const isFree = effort === "high";
  if (isFree) noteDropped(target.dropped, { top_k: topK });
  const fields = {
    ...(effort ? { reasoningConfig: { type: "enabled", maxReasoningEffort: effort } } : {}),
    ...(topK === undefined || isFree ? {} : { inferenceConfig: { topK } }),
  };
  return { fields, isThinking: isFree, isLengthFree: isFree };
}

function gptOssExtras(request: ChatRequest, target: RenderTarget): Extras {
  const effort = wishedEffort(request.reasoning, target);
  noteSingleCall(request, target);
  noteDropped(target.dropped, { top_k: request.sampling.topK });
  return { fields: effort ? { reasoning_effort: effort } : {}, isThinking: false };
}

function plainExtras(request: ChatRequest, { name }: Family, target: RenderTarget): Extras {
  const { topK } = request.sampling;
  noteSingleCall(request, target);
  if (request.reasoning && request.reasoning.mode !== "off")
    target.dropped.push("reasoning_effort");
  const hasTopK = name === "mistral" && topK !== undefined;
  if (!hasTopK) noteDropped(target.dropped, { top_k: topK });
  return { fields: hasTopK ? { top_k: topK } : {}, isThinking: false };
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
