import { describe, expect, it } from "vitest";
import type { ChatRequest, Reasoning } from "../../../src/core/chat.ts";
import { assistant, call, result, signed, text, tool, user } from "../samples.ts";
import { ADAPTIVE, OLDER_ADAPTIVE, UNFORCEABLE, render } from "./render.ts";

describe("thinking for Claude", () => {
  const bounded = (changes: Partial<Reasoning>): Partial<ChatRequest> => ({
    maxOutputTokens: 10_000,
    reasoning: { mode: "bounded", visible: true, ...changes },
  });

  it.each<[string, Partial<Reasoning>, number]>([
    ["a budget", { budgetTokens: 3_000 }, 3_000],
    ["a budget below the least", { budgetTokens: 10 }, 1_024],
    ["a budget above the answer", { budgetTokens: 30_000 }, 9_999],
    ["low", { effort: "low" }, 2_000],
    ["medium", { effort: "medium" }, 5_000],
    ["high", { effort: "high" }, 8_000],
  ])("has a budget for %s", (_, changes, budget) => {
    expect(render(bounded(changes)).body.thinking).toEqual({
      type: "enabled",
      budget_tokens: budget,
    });
  });

  it("takes no temperature along", () => {
    const { body, dropped } = render({
      ...bounded({ effort: "low" }),
      sampling: { temperature: 0.2 },
    });
    expect(body).not.toHaveProperty("temperature");
    expect(dropped).toEqual(["temperature"]);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ["the answer has no room for it", { maxOutputTokens: 500 }],
    ["a tool is forced", { tools: [tool], toolChoice: { mode: "required" } }],
    ["the answer is begun already", { messages: [user(text("a")), assistant(text("b"))] }],
    [
      "the thoughts of this tool loop are lost",
      { messages: [user(text("a")), assistant(call), user(result)] },
    ],
  ])("gives way where %s", (_, changes) => {
    const { body, dropped } = render({ ...bounded({ effort: "high" }), ...changes });
    expect(body).not.toHaveProperty("thinking");
    expect(dropped).toContain("reasoning_effort");
  });

  it("goes on in a tool loop whose thoughts are there", () => {
    const messages = [user(text("a")), assistant(signed, call), user(result)];
    expect(render({ ...bounded({ effort: "high" }), messages }).body).toHaveProperty("thinking");
  });

  it("is an effort for newer models, shown if the caller can show it", () => {
    expect(render(bounded({ effort: "xhigh" }), ADAPTIVE).body).toMatchObject({
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "xhigh" },
    });
    expect(render(bounded({ effort: "minimal", visible: false }), ADAPTIVE).body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "low" },
    });
    expect(render(bounded({ effort: "xhigh" }), OLDER_ADAPTIVE).body).toMatchObject({
      output_config: { effort: "high" },
    });
    expect(render(bounded({ budgetTokens: 5_000 }), ADAPTIVE).body).toMatchObject({
      output_config: { effort: "medium" },
    });
  });

  it("is left to the model where nothing bounds it", () => {
    const { body } = render({ reasoning: { mode: "adaptive" } }, ADAPTIVE);
    expect(body.thinking).toEqual({ type: "adaptive" });
    expect(body).not.toHaveProperty("output_config");
  });

  it("can be switched off, or made small where it cannot", () => {
    const off: Partial<ChatRequest> = { reasoning: { mode: "off" } };
    expect(render(off).body).not.toHaveProperty("thinking");
    expect(render(off, ADAPTIVE).body.thinking).toEqual({ type: "disabled" });
    expect(render(off, UNFORCEABLE).body).toMatchObject({ output_config: { effort: "low" } });
    expect(render(off, UNFORCEABLE).body).not.toHaveProperty("thinking");
  });

  it("is dropped for models that cannot", () => {
    const { body, dropped } = render(bounded({ effort: "high" }), "claude-3-5-haiku-20241022");
    expect(body).not.toHaveProperty("thinking");
    expect(dropped).toEqual(["reasoning_effort"]);
  });
});
