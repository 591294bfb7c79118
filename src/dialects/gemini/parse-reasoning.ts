import * as z from "zod";
import type { Effort, Reasoning } from "../../core/chat.ts";
import { invalidField } from "../checked.ts";

export const THINKING = z.object({
  includeThoughts: z.boolean().nullish(),
  thinkingBudget: z.number().int().nullish(),
  thinkingLevel: z.string().nullish(),
});

/** How long to think: a level for newer models, a budget for older ones, where −1 is "you choose". */
export function parseReasoning(thinking: z.infer<typeof THINKING>): Reasoning | undefined {
  const { includeThoughts, thinkingBudget: budget, thinkingLevel } = thinking;
  const visible = includeThoughts === true;
  const effort = effortOf(thinkingLevel ?? "");
  if (effort !== undefined) return { mode: "bounded", effort, visible };
  if (budget === 0) return { mode: "off" };
  if (typeof budget === "number" && budget > 0) {
    return { mode: "bounded", budgetTokens: budget, visible };
  }
  // Whoever wants to see thoughts wants them thought.
  return visible || typeof budget === "number" ? { mode: "adaptive", visible } : undefined;
}

function effortOf(level: string): Effort | undefined {
  switch (level.toUpperCase()) {
    case "":
    case "THINKING_LEVEL_UNSPECIFIED":
      return undefined;
    case "MINIMAL":
      return "minimal";
    case "LOW":
      return "low";
    case "MEDIUM":
      return "medium";
    case "HIGH":
      return "high";
    default:
      throw invalidField(
        "generationConfig.thinkingConfig.thinkingLevel",
        `"${level}" is not a level; expected MINIMAL, LOW, MEDIUM or HIGH`,
      );
  }
}
