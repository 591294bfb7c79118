import { expect, it } from "vitest";
import { groupModelInfo } from "../../src/pipeline/model-group-info.ts";
import { modelInfoOf } from "../../src/pipeline/model-info.ts";
import { deploymentOf } from "../providers/deployment.ts";

it("a group is as able and as large as its best member", () => {
  const members = [
    modelInfoOf("both", deploymentOf("bedrock/claude-sonnet-4-5", {}, { rpm: 10 })),
    modelInfoOf("both", deploymentOf("vertex_ai/claude-opus-5", {}, { rpm: 5 })),
    modelInfoOf("both", deploymentOf("openai/nobody-knows")),
  ];
  expect(groupModelInfo(members)).toEqual([
    {
      model_group: "both",
      providers: ["bedrock", "vertex_ai", "openai"],
      mode: "chat",
      max_input_tokens: 1_000_000,
      max_output_tokens: 128_000,
      input_cost_per_token: null,
      output_cost_per_token: null,
      rpm: 15,
      tpm: null,
      supports_vision: true,
      supports_function_calling: true,
      supports_reasoning: true,
    },
  ]);
});

it("each name is a group of its own, in the file's order", () => {
  const all = ["b", "a", "b"].map((name) => modelInfoOf(name, deploymentOf("openai/gpt-4.1")));
  expect(groupModelInfo(all)).toMatchObject([{ model_group: "b" }, { model_group: "a" }]);
});
