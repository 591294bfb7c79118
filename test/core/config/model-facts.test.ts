import { describe, expect, it } from "vitest";
import { withModelFacts } from "../../../src/core/config/model-facts.ts";
import { deploymentOf, loaded, problemsOf, warningsOf } from "./sample.ts";

const ENTRY = { model_name: "m", litellm_params: { model: "anthropic/claude-opus-4-1" } };

function configOf(facts: unknown) {
  return { model_list: [ENTRY], sekisho_settings: { model_facts: facts } };
}

describe("sekisho_settings.model_facts", () => {
  it("is what deployments know from then on", () => {
    const raw = configOf({ models: [{ match: "*opus-4-1*", max_output_tokens: 64_000 }] });
    expect(warningsOf(raw).filter((one) => one.includes("model_facts"))).toEqual([]);
    const [deployment] = loaded(raw).deployments;
    expect(deployment?.facts.capabilities).toMatchObject({
      maxOutputTokens: 64_000,
      reasoning: "budget",
    });
  });

  it.each([
    [{ models: [{ vision: true }] }, ".models[0].match: must be a pattern"],
    [{ models: [{ match: "a[" }] }, ".models[0].match[0]: has a bracket"],
    [{ models: [{ match: "a", visoin: true }] }, ".models[0]: has no member visoin; known are"],
    [{ models: [{ match: "a", max_output_tokens: 0 }] }, ".models[0].max_output_tokens: must be"],
    [{ models: [{ match: "a", reasoning: "much" }] }, ".models[0].reasoning: must be none,"],
    [{ models: [{ match: "a", providers: ["acme"] }] }, ".models[0].providers[0]: must be one of"],
    [{ vendors: { acme: {} } }, ".vendors.acme: must begin with a provider"],
    [{ vendors: { "mistral/{": {} } }, '.vendors["mistral/{"]: has a bracket'],
    [{ vendors: { mistral: { renames: { a: 7 } } } }, ".vendors.mistral.renames.a: must be a name"],
    [
      { claude_surfaces: { bedrock: { betas: { x: 1 } } } },
      ".claude_surfaces.bedrock.betas.x: must",
    ],
    [{ claude_surfaces: { bedrok: {} } }, ".claude_surfaces.bedrok: must be one of"],
    [{ flags: {} }, ": has no member flags; known are models, claude_surfaces, vendors"],
    ["on", ": must be a mapping"],
  ])("%j is refused by its path", (facts, problem) => {
    expect(problemsOf(configOf(facts)).join("\n")).toContain(
      `sekisho_settings.model_facts${problem}`,
    );
  });
});

describe("model_info", () => {
  it("wins over what is known of the model", () => {
    const { facts } = deploymentOf(
      { model: "openai/gpt-4o" },
      {},
      {
        max_output_tokens: "4096",
        max_input_tokens: 9_000,
        supports_vision: false,
        supports_function_calling: false,
        supports_prompt_caching: false,
        supports_response_schema: false,
        supports_assistant_prefill: true,
        supports_tool_choice: false,
        supports_reasoning: true,
      },
    );
    expect(facts.capabilities).toMatchObject({
      maxOutputTokens: 4_096,
      maxInputTokens: 9_000,
      vision: false,
      tools: false,
      caching: false,
      schemaOutput: false,
      prefill: true,
      forcedTools: false,
      reasoning: "effort",
      sampling: true,
    });
  });

  it("does not say how a model reasons, only whether", () => {
    const reasoning = (model: string, reasons: boolean) =>
      deploymentOf({ model }, {}, { supports_reasoning: reasons }).facts.capabilities.reasoning;
    expect(reasoning("anthropic/claude-opus-5", true)).toBe("adaptive");
    expect(reasoning("anthropic/claude-opus-5", false)).toBe("none");
  });

  it("must have the right kind of value", () => {
    const entry = { ...ENTRY, model_info: { max_output_tokens: "8k", supports_vision: "some" } };
    expect(problemsOf({ model_list: [entry] })).toEqual([
      "model_list[0].model_info.max_output_tokens: must be a whole number, 1 or more",
      "model_list[0].model_info.supports_vision: must be true or false",
    ]);
  });
});

describe("facts that come at run time", () => {
  const config = loaded(configOf({ models: [{ match: "*opus-4-1*", vision: false }] }));

  it("are laid over those of the file, for the same deployments", () => {
    const result = withModelFacts(config, { models: [{ match: "*opus*", max_output_tokens: 7 }] });
    if (!result.ok) throw new Error("is refused");
    const [renewed] = result.config.deployments;
    expect(renewed?.facts.capabilities).toMatchObject({ maxOutputTokens: 7, vision: false });
    expect(result.config.groups.get("m")).toEqual([renewed]);
    expect(result.config.groups.get("m")?.[0]).toBe(renewed);
    expect(config.deployments[0]?.facts.capabilities.maxOutputTokens).toBe(32_000);
  });

  it("are refused by their path, and what was known stays", () => {
    expect(withModelFacts(config, { models: [{ match: 7 }] })).toEqual({
      ok: false,
      problems: [{ path: "models[0].match", message: "must be a pattern or a list of patterns" }],
    });
  });
});
