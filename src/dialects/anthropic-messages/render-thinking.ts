import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";
import type { Turn } from "./render-turns.ts";

export interface Thinking {
  thinking?: JsonObject;
  /** Members of `output_config`. */
  effort?: JsonObject;
}

/** How long the model may think, in the words its generation understands. */
export function renderThinking(
  request: ChatRequest,
  turns: readonly Turn[],
  maxTokens: number,
  target: RenderTarget,
): Thinking {
  const { reasoning } = request;
  if (!reasoning) return {};
  const { capabilities, dropped } = target;
  const isForced = request.toolChoice?.mode === "required" || request.toolChoice?.mode === "tool";
  switch (capabilities.reasoning) {
    case "none":
      if (reasoning.mode !== "off") dropped.push("reasoning_effort");
      return {};
    case "budget":
      if (reasoning.mode === "off") return {};
      if (!isForced && maxTokens > BUDGET_TOKENS_MIN && allowsThinking(turns)) {
        return { thinking: { type: "enabled", budget_tokens: budgetOf(reasoning, maxTokens) } };
      }
      dropped.push("reasoning_effort");
      return {};
    case "adaptive":
    case "level":
    case "effort":
      // A tool cannot be forced on a thinking model, and the tool is the plainer wish.
      return renderAdaptive(reasoning, isForced && capabilities.forcedTools, target);
  }
}

const BUDGET_TOKENS_MIN = 1024;

/** The share of the answer's room that an effort stands for. */
const SHARES: Record<Effort, number> = {
  none: 0,
  minimal: 0.2,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.8,
  max: 0.8,
};

function budgetOf({ budgetTokens, effort = "high" }: Reasoning, maxTokens: number): number {
  const wanted = budgetTokens ?? Math.floor(maxTokens * SHARES[effort]);
  return Math.min(Math.max(wanted, BUDGET_TOKENS_MIN), maxTokens - 1);
}

/**
 * Models with a budget refuse to go on thinking where the history does not show that they did: in an
 * answer begun for them, and amid a tool loop whose thoughts were lost or were another vendor's.
 */
function allowsThinking(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role === "assistant") return false;
  if (!last?.content.some((block) => block.type === "tool_result")) return true;
  const opening = turns.findLast((turn) => turn.role === "assistant")?.content[0]?.type;
  return opening === "thinking" || opening === "redacted_thinking";
}

function renderAdaptive(
  reasoning: Reasoning,
  isToolForced: boolean,
  { capabilities, dropped }: RenderTarget,
): Thinking {
  // The generation that cannot be forced to use a tool cannot be kept from thinking either.
  const alwaysThinks = !capabilities.forcedTools;
  if (reasoning.mode === "off") {
    return alwaysThinks ? { effort: { effort: "low" } } : { thinking: { type: "disabled" } };
  }
  if (isToolForced) {
    dropped.push("reasoning_effort");
    return {};
  }
  const effort = effortOf(reasoning, capabilities.thinkingBudget);
  // Thoughts are hidden by default from 4.7 on.
  const display = reasoning.visible ? { display: "summarized" } : {};
  return {
    thinking: { type: "adaptive", ...display },
    effort: effort === undefined ? {} : { effort },
  };
}

/** 4.6, the generation that takes budgets as well, does not know `xhigh`. */
function effortOf({ effort, budgetTokens }: Reasoning, isOlder: boolean): Effort | undefined {
  if (effort === "minimal") return "low";
  if (effort === "xhigh" && isOlder) return "high";
  return effort ?? (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens));
}

function effortOfBudget(tokens: number): Effort {
  if (tokens < 4_000) return "low";
  return tokens < 16_000 ? "medium" : "high";
}
