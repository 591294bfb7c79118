import type { ChatRequest, Effort, Reasoning } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RenderTarget } from "../dialect.ts";

const ALL: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

export function renderEffort(request: ChatRequest, target: RenderTarget): JsonObject {
  const { reasoning, tools } = request;
  if (!target.capabilities.reasonsWithTools && tools.length > 0) {
    if (reasoning && reasoning.mode !== "off") target.dropped.push("reasoning_effort");
    return { reasoning_effort: "none" };
  }
  const effort = effortFor(reasoning, target);
  return effort === undefined ? {} : { reasoning_effort: effort };
}

/** The word this model has for how much it shall think; `undefined` leaves it to the model. */
export function effortFor(
  reasoning: Reasoning | undefined,
  { capabilities, dropped }: RenderTarget,
): Effort | undefined {
  const effort = reasoning && effortOf(reasoning);
  if (effort === undefined) return undefined;
  if (capabilities.reasoning === "none") {
    if (effort !== "none") dropped.push("reasoning_effort");
    return undefined;
  }
  return nearest(effort, capabilities.efforts);
}

/** `undefined` leaves it to the model. */
function effortOf({ mode, effort, budgetTokens }: Reasoning): Effort | undefined {
  if (mode === "off") return "none";
  if (effort !== undefined) return effort;
  if (budgetTokens === undefined) return undefined;
  if (budgetTokens < 4_000) return "low";
  return budgetTokens < 16_000 ? "medium" : "high";
}

/** The strongest word that asks for no more, else the weakest there is. */
function nearest(effort: Effort, known: readonly Effort[]): Effort | undefined {
  const atMost = ALL.slice(0, ALL.indexOf(effort) + 1);
  return known.findLast((word) => atMost.includes(word)) ?? known[0];
}
