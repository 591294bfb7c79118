import type { Capabilities } from "../../core/capabilities.ts";
import type { Effort, Reasoning } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";

/** How hard to think: a level from Gemini 3 on, a token budget before; never both. */
export function thinkingConfig(reasoning: Reasoning, target: RenderTarget): JsonObject | undefined {
  const asked = measure(reasoning, target);
  if (asked === undefined) {
    target.dropped.push("reasoning_effort");
    return undefined;
  }
  return reasoning.visible && reasoning.mode !== "off"
    ? { ...asked, includeThoughts: true }
    : asked;
}

function measure(reasoning: Reasoning, { capabilities }: RenderTarget): JsonObject | undefined {
  switch (capabilities.reasoning) {
    case "level":
      return levelOf(reasoning, capabilities);
    case "budget":
      return { thinkingBudget: budgetOf(reasoning, capabilities) };
    case "none":
    case "adaptive":
    case "effort":
      return undefined;
  }
}

function levelOf({ mode, budgetTokens, effort }: Reasoning, { efforts }: Capabilities): JsonObject {
  // The default lets the model choose, and there is no word for it.
  if (mode === "adaptive" && effort === undefined) return {};
  const level = mode === "off" ? "minimal" : effort ? LEVELS[effort] : levelOfBudget(budgetTokens);
  return { thinkingLevel: level === "minimal" && !efforts.includes("minimal") ? "low" : level };
}

const LEVELS: Record<Effort, string> = {
  none: "minimal",
  minimal: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

function levelOfBudget(budgetTokens = Number.POSITIVE_INFINITY): string {
  if (budgetTokens < 2_048) return "low";
  return budgetTokens < 8_192 ? "medium" : "high";
}

/** Google's own figures for the three words of OpenAI; −1 leaves it to the model. */
const BUDGETS: Record<Effort, number> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};
const MODEL_CHOOSES = -1;

function budgetOf(
  { mode, budgetTokens, effort }: Reasoning,
  { thinkingTokens }: Capabilities,
): number {
  if (mode === "adaptive" && effort === undefined) return MODEL_CHOOSES;
  const asked = mode === "off" ? 0 : (budgetTokens ?? (effort ? BUDGETS[effort] : MODEL_CHOOSES));
  if (asked === MODEL_CHOOSES) return MODEL_CHOOSES;
  if (thinkingTokens === undefined) return Math.max(asked, 0);
  if (asked <= 0 && thinkingTokens.canBeOff) return 0;
  return Math.min(Math.max(asked, thinkingTokens.min), thinkingTokens.max);
}
