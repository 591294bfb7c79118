import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import {
  adapt,
  HELLO,
  OPUS_4_5,
  OPUS_4_6,
  OPUS_4_7,
  OPUS_5,
  OPUS_5_5,
  SONNET_4_5,
} from "./adapt-claude.ts";

describe("limits of a Claude model", () => {
  it.each([
    [SONNET_4_5, 64_000],
    ["anthropic.claude-opus-4-1-20250805-v1:0", 32_000],
    [OPUS_5_5, 128_000],
  ])("lower max_tokens on %s to %i", (model, limit) => {
    expect(adapt({ max_tokens: 200_000 }, { model }).max_tokens).toBe(limit);
    expect(adapt({ max_tokens: 10 }, { model }).max_tokens).toBe(10);
  });

  it("remove sampling where it is refused, and only there", () => {
    const sampling = { temperature: 0.5, top_p: 0.9, top_k: 5 };
    expect(adapt(sampling, { model: OPUS_4_6 })).toMatchObject(sampling);
    expect(Object.keys(adapt(sampling, { model: OPUS_4_7 }))).toEqual(["max_tokens", "messages"]);
  });

  it.each([
    ["low", 3_200],
    ["medium", 8_000],
    ["high", 12_800],
  ])(
    "turn adaptive thinking at %s effort into a budget where only budgets are known",
    (effort, budget) => {
      const body = {
        thinking: { type: "adaptive", display: "omitted" },
        output_config: { effort },
      };
      expect(adapt(body)).toEqual({
        max_tokens: 16_000,
        messages: HELLO,
        thinking: { type: "enabled", budget_tokens: budget },
      });
    },
  );

  it("keep a budget below a lowered max_tokens", () => {
    const body = { max_tokens: 128_000, thinking: { type: "enabled", budget_tokens: 100_000 } };
    expect(adapt(body)).toMatchObject({ max_tokens: 64_000, thinking: { budget_tokens: 51_200 } });
  });

  it("leave thinking out where an answer has no room for it", () => {
    expect(adapt({ max_tokens: 900, thinking: { type: "adaptive" } })).not.toHaveProperty(
      "thinking",
    );
  });

  it("do not start to think amid a tool loop that began without thinking", () => {
    const call = { type: "tool_use", id: "a", name: "f", input: {} };
    const result = {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "a", content: "1" }],
    };
    const loop = (...content: JsonObject[]) => [...HELLO, { role: "assistant", content }, result];
    const thinking = { type: "adaptive" };
    expect(adapt({ thinking, messages: loop(call) })).not.toHaveProperty("thinking");
    const thought = { type: "thinking", thinking: "", signature: "s" };
    expect(adapt({ thinking, messages: loop(thought, call) })).toHaveProperty(
      "thinking.budget_tokens",
    );
  });

  it("turn a budget into effort where budgets are gone, unless the caller chose an effort", () => {
    const thinking = { type: "enabled", budget_tokens: 10_000 };
    expect(adapt({ thinking }, { model: OPUS_4_7 })).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "medium" },
    });
    const config = { output_config: { effort: "max" } };
    expect(adapt({ thinking, ...config }, { model: OPUS_4_7 })).toMatchObject(config);
    expect(adapt({ thinking }, { model: OPUS_4_6 })).toMatchObject({ thinking });
  });

  it("do not keep a model from thinking that cannot be kept from it", () => {
    const thinking = { type: "disabled" };
    expect(adapt({ thinking }, { model: OPUS_5_5 })).not.toHaveProperty("thinking");
    expect(adapt({ thinking }, { model: OPUS_5 })).toMatchObject({ thinking });
    expect(adapt({ thinking })).toMatchObject({ thinking });
  });

  it("ask Opus 4.5 for an effort only under its flag", () => {
    const body = { output_config: { effort: "low" } };
    const betas = ["effort-2025-11-24"];
    expect(adapt(body, { model: OPUS_4_5, betas })).toMatchObject(body);
    expect(adapt(body, { model: OPUS_4_5, betas, surface: "vertex_ai" })).not.toHaveProperty(
      "output_config",
    );
    expect(adapt(body, { model: SONNET_4_5, betas })).not.toHaveProperty("output_config");
  });
});
