import { describe, expect, it } from "vitest";
import type { ToolChoice } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { assistant, call, result, system, text, tool, user } from "../samples.ts";
import { requestOf, targetOf } from "../target.ts";
import { CLAUDE, GPT_OSS, LLAMA, MISTRAL, NOVA, NOVA_2, rendered, turns } from "./render.ts";

describe("settings", () => {
  it("go where Converse has them, the temperature within its limits", () => {
    const { body, dropped } = rendered({
      maxOutputTokens: 500,
      stopSequences: ["END", " "],
      sampling: { temperature: 1.7, topP: 0.5, topK: 3, seed: 7 },
      endUser: "u-1",
    });
    expect(body).toMatchObject({
      inferenceConfig: { maxTokens: 500, temperature: 1, topP: 0.5, stopSequences: ["END"] },
      additionalModelRequestFields: { inferenceConfig: { topK: 3 } },
      requestMetadata: { user_id: "u-1" },
    });
    expect(dropped).toEqual(["seed"]);
  });

  it("never exceed what the model writes", () => {
    const { body } = rendered({ maxOutputTokens: 1_000_000 });
    expect(body.inferenceConfig).toEqual({ maxTokens: 10_000 });
  });

  it("are dropped where a model has no word for them, and that is said", () => {
    const { body, dropped } = rendered(
      { stopSequences: ["END"], sampling: { topK: 3 }, parallelToolCalls: false },
      GPT_OSS,
    );
    expect(body).not.toHaveProperty("inferenceConfig");
    expect(dropped.toSorted()).toEqual(["parallel_tool_calls", "stop", "top_k"]);
  });

  it("carry no person's address into the account's logs", () => {
    const { body, dropped } = rendered({ endUser: "a@example.com" });
    expect(body).not.toHaveProperty("requestMetadata");
    expect(dropped).toEqual(["user"]);
  });

  it.each([
    [CLAUDE, { thinking: { type: "enabled", budget_tokens: 1024 } }],
    [NOVA_2, { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } }],
    [GPT_OSS, { reasoning_effort: "low" }],
  ])("ask %s to think in its own words", (model, fields) => {
    const { body, dropped } = rendered(
      {
        maxOutputTokens: 4_000,
        reasoning: { mode: "bounded", effort: "low", budgetTokens: 1024 },
      },
      model,
    );
    expect(body.additionalModelRequestFields).toEqual(fields);
    expect(body.inferenceConfig).toEqual({ maxTokens: 4_000 });
    expect(dropped).toEqual([]);
  });

  it("ask Claude of today to choose by itself, with an effort", () => {
    const { body } = rendered(
      { reasoning: { mode: "adaptive", effort: "high", visible: true } },
      "us.anthropic.claude-opus-5-5",
    );
    expect(body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: "adaptive", display: "summarized" } },
      outputConfig: { effort: "high" },
    });
  });

  it("leave Nova alone when it thinks its hardest", () => {
    const { body, dropped } = rendered(
      {
        maxOutputTokens: 4_000,
        sampling: { temperature: 0 },
        reasoning: { mode: "bounded", effort: "high" },
      },
      NOVA_2,
    );
    expect(body).not.toHaveProperty("inferenceConfig");
    expect(dropped.toSorted()).toEqual(["max_tokens", "temperature"]);
  });

  it("do not ask a model to think that cannot", () => {
    for (const model of [NOVA, LLAMA]) {
      const { body, dropped } = rendered({ reasoning: { mode: "bounded", effort: "low" } }, model);
      expect(body).not.toHaveProperty("additionalModelRequestFields");
      expect(dropped).toEqual(["reasoning_effort"]);
    }
  });

  it("ask Claude for one call at a time, and which sequence stopped it", () => {
    const { body } = rendered(
      { tools: [tool], parallelToolCalls: false, stopSequences: ["END"] },
      CLAUDE,
    );
    expect(body.additionalModelRequestFields).toEqual({
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
    });
    expect(body.additionalModelResponseFieldPaths).toContain("/stop_sequence");
  });

  it("tell Claude of a single call and of the wished tool in one place", () => {
    const asked = { tools: [tool], parallelToolCalls: false };
    const choiceOf = (toolChoice: ToolChoice, model = CLAUDE): unknown[] => {
      const { body } = rendered({ ...asked, toolChoice }, model);
      expect(body.toolConfig).not.toHaveProperty("toolChoice");
      return [(body.additionalModelRequestFields as JsonObject)["tool_choice"]];
    };
    const disable_parallel_tool_use = true;
    expect(choiceOf({ mode: "required" })).toEqual([{ type: "any", disable_parallel_tool_use }]);
    expect(choiceOf({ mode: "tool", name: tool.name })).toEqual([
      { type: "tool", name: tool.name, disable_parallel_tool_use },
    ]);
    // The newest cannot be forced.
    expect(choiceOf({ mode: "required" }, "us.anthropic.claude-opus-5-5")).toEqual([
      { type: "auto", disable_parallel_tool_use },
    ]);
  });

  it("enforce a schema where the model keeps to one, as text, and describe it elsewhere", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const outputFormat = { type: "schema" as const, name: "out", schema };
    const { outputConfig } = rendered({ outputFormat }, CLAUDE).body as {
      outputConfig: { textFormat: { structure: { jsonSchema: { schema: string } } } };
    };
    expect(JSON.parse(outputConfig.textFormat.structure.jsonSchema.schema)).toEqual({
      ...schema,
      additionalProperties: false,
    });
    for (const model of [GPT_OSS, "deepseek.v3-v1:0"])
      expect(rendered({ outputFormat }, model).body).toHaveProperty("outputConfig.textFormat");
    for (const model of [NOVA, NOVA_2, LLAMA, MISTRAL, "us.anthropic.claude-opus-5-5"]) {
      const { body } = rendered({ outputFormat }, model);
      expect(body).not.toHaveProperty("outputConfig");
      expect(JSON.stringify(body.system)).toContain("JSON Schema");
    }
  });

  it("describe a schema that no vendor can enforce, and one for an answer that is begun", () => {
    const node = { type: "object", properties: { next: { $ref: "#" } } };
    const recursive = { type: "schema" as const, name: "out", schema: node };
    const plain = { ...recursive, schema: { type: "object", properties: {} } };
    const begun = [user(text("a")), assistant(text("{"))];
    for (const request of [{ outputFormat: recursive }, { outputFormat: plain, messages: begun }]) {
      const { body } = rendered(request, CLAUDE);
      expect(body).not.toHaveProperty("outputConfig");
      expect(JSON.stringify(body.system)).toContain("JSON Schema");
    }
  });

  it("go by the base model where the id is a private name", () => {
    const arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc";
    const target = { ...targetOf(MISTRAL), model: arn, baseModel: MISTRAL };
    const past = [user(text("a")), assistant(call), user(result)];
    const { messages } = bedrockConverse.renderRequest(requestOf({ messages: past }), target);
    expect(JSON.stringify(messages)).not.toContain("call_1");
  });
});

describe("cache marks", () => {
  const marked = (ttl: "5m" | "1h", words: string) => ({ ...text(words), cache: { ttl } });

  it("stand behind what they cover, and only where prompts are kept", () => {
    const request = {
      messages: [system(marked("1h", "s")), user(marked("5m", "a"))],
      tools: [{ ...tool, cache: { ttl: "5m" as const } }],
    };
    const { body } = rendered(request, CLAUDE);
    expect(body.system).toEqual([{ text: "s" }, { cachePoint: { type: "default", ttl: "1h" } }]);
    expect(body.messages).toMatchObject([
      { content: [{ text: "a" }, { cachePoint: { type: "default" } }] },
    ]);
    expect(body.toolConfig).toMatchObject({ tools: [{}, { cachePoint: { type: "default" } }] });
    expect(JSON.stringify(rendered(request, LLAMA).body)).not.toContain("cachePoint");
  });

  it("are for Nova without an hour, and not among its tools", () => {
    const { body } = rendered({
      messages: [system(marked("1h", "s")), user(text("a"))],
      tools: [{ ...tool, cache: { ttl: "5m" as const } }],
    });
    expect(body.system).toEqual([{ text: "s" }, { cachePoint: { type: "default" } }]);
    expect(JSON.stringify(body.toolConfig)).not.toContain("cachePoint");
  });

  it("are four at most, the last ones", () => {
    const parts = ["a", "b", "c", "d", "e", "f"].map((words) => marked("5m", words));
    const [turn] = turns([user(...parts)]) as JsonObject[];
    const point = { cachePoint: { type: "default" } };
    expect(turn?.content).toEqual([
      { text: "a" },
      { text: "b" },
      ...["c", "d", "e", "f"].flatMap((words) => [{ text: words }, point]),
    ]);
  });
});
