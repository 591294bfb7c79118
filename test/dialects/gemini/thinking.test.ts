import { describe, expect, it } from "vitest";
import type { Reasoning } from "../../../src/core/chat.ts";
import { isJsonObject } from "../../../src/core/json.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { requestOf, targetOf } from "../target.ts";

function thinking(model: string, reasoning: Reasoning): unknown {
  const target = targetOf(model);
  const { generationConfig } = gemini.renderRequest(requestOf({ reasoning }), target);
  if (target.dropped.length > 0) return `dropped ${target.dropped.join(", ")}`;
  return isJsonObject(generationConfig) ? generationConfig.thinkingConfig : undefined;
}

const PRO = "gemini-2.5-pro";
const FLASH = "gemini-2.5-flash";
const PRO_3 = "gemini-3-pro-preview";
const FLASH_3 = "gemini-3-flash-preview";

describe("thinking on Gemini", () => {
  it.each<[string, Reasoning, unknown]>([
    [FLASH, { mode: "off" }, { thinkingBudget: 0 }],
    [PRO, { mode: "off" }, { thinkingBudget: 128 }],
    [FLASH, { mode: "adaptive" }, { thinkingBudget: -1 }],
    [FLASH, { mode: "bounded", budgetTokens: 31_999 }, { thinkingBudget: 24_576 }],
    [PRO, { mode: "bounded", budgetTokens: 31_999 }, { thinkingBudget: 31_999 }],
    ["gemini-2.5-flash-lite", { mode: "bounded", budgetTokens: 100 }, { thinkingBudget: 512 }],
    [FLASH, { mode: "bounded", effort: "medium" }, { thinkingBudget: 8_192 }],
    [
      FLASH,
      { mode: "bounded", effort: "low", visible: true },
      { thinkingBudget: 1_024, includeThoughts: true },
    ],
    [FLASH, { mode: "off", visible: true }, { thinkingBudget: 0 }],
  ])("is a budget on %s: %j", (model, reasoning, expected) => {
    expect(thinking(model, reasoning)).toEqual(expected);
  });

  it.each<[string, Reasoning, unknown]>([
    [FLASH_3, { mode: "off" }, { thinkingLevel: "minimal" }],
    [PRO_3, { mode: "off" }, { thinkingLevel: "low" }],
    [PRO_3, { mode: "adaptive" }, undefined],
    [PRO_3, { mode: "adaptive", visible: true }, { includeThoughts: true }],
    [PRO_3, { mode: "bounded", effort: "xhigh" }, { thinkingLevel: "high" }],
    [PRO_3, { mode: "bounded", budgetTokens: 1_500 }, { thinkingLevel: "low" }],
    [PRO_3, { mode: "bounded", budgetTokens: 5_000 }, { thinkingLevel: "medium" }],
    [PRO_3, { mode: "bounded", budgetTokens: 31_999 }, { thinkingLevel: "high" }],
  ])("is a level on %s: %j", (model, reasoning, expected) => {
    expect(thinking(model, reasoning)).toEqual(expected);
  });

  it("is left out, and noted, where the model does not think", () => {
    expect(thinking("gemini-2.0-flash", { mode: "bounded", effort: "high" })).toBe(
      "dropped reasoning_effort",
    );
  });
});
