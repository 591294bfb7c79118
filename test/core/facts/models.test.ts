import { describe, expect, it } from "vitest";
import { SHIPPED_FACTS } from "../../../src/core/facts/data/index.ts";
import { factsDocument, type FactsDocument } from "../../../src/core/facts/document.ts";
import { DEFAULT_FACTS, withOverlay } from "../../../src/core/facts/facts.ts";
import { findModel } from "../../../src/core/facts/find-model.ts";

function capabilities(model: string, overlays: FactsDocument[] = [], provider?: string) {
  const facts = overlays.reduce(withOverlay, DEFAULT_FACTS);
  return findModel(facts, model, provider).capabilities;
}

describe("the shipped facts", () => {
  it("are a document like any other", () => {
    expect(factsDocument.parse(SHIPPED_FACTS)).toEqual(SHIPPED_FACTS);
    expect(JSON.parse(JSON.stringify(SHIPPED_FACTS))).toEqual(SHIPPED_FACTS);
  });

  it.each([
    [
      "us.anthropic.claude-opus-5-5",
      { reasoning: "adaptive", forcedTools: false, midSystem: true },
    ],
    ["claude-opus-5", { sampling: false, forcedTools: true, midSystem: true }],
    ["claude-sonnet-5@default", { prefill: false, midSystem: false, maxInputTokens: 1_000_000 }],
    ["claude-opus-4-6", { reasoning: "adaptive", thinkingBudget: true, sampling: true }],
    ["claude-opus-4-5", { reasoning: "budget", maxOutputTokens: 64_000 }],
    ["claude-opus-4-1@20250805", { reasoning: "budget", maxOutputTokens: 32_000 }],
    ["claude-3-7-sonnet", { reasoning: "budget", maxOutputTokens: 64_000 }],
    ["claude-3-5-haiku", { reasoning: "none", maxOutputTokens: 8_192 }],
    ["us.amazon.nova-micro-v1:0", { vision: false, maxInputTokens: 128_000 }],
    ["us.meta.llama4-maverick", { vision: true, maxOutputTokens: 32_768 }],
    ["openai.gpt-oss-120b-1:0", { reasoning: "effort", schemaOutput: true }],
    ["gemini-3.8-flash", { reasoning: "level", urlMedia: false }],
    ["gemini-2.0-flash", { reasoning: "none" }],
    ["gemini-2.5-pro", { thinkingTokens: { min: 128, max: 32_768, canBeOff: false } }],
    ["gemini-2.5-flash-lite", { thinkingTokens: { min: 512, max: 24_576, canBeOff: true } }],
    [
      "gpt-5.6-sol",
      { reasonsWithTools: false, efforts: ["none", "low", "medium", "high", "xhigh", "max"] },
    ],
    ["gpt-5-mini", { efforts: ["minimal", "low", "medium", "high"], thinkingTokens: undefined }],
    ["azure/o3", { maxTokensField: "max_completion_tokens", maker: "openai" }],
    ["gpt-5-chat-latest", { sampling: true, maxOutputTokens: 16_384 }],
    ["ft:gpt-4o:acme::1", { maker: "openai", responsesOnly: false }],
    ["openai/gpt-oss-120b", { maker: undefined, reasoning: "effort", vision: false }],
    ["claude-opus-5", { imageTokensMax: 5_000 }],
    ["gpt-4o-mini", { imageTokensMax: 50_000 }],
    ["gpt-4o", { imageTokensMax: 1_500 }],
    ["gpt-5-mini", { imageTokensMax: 25_000, stopSequencesMax: 4 }],
    ["gemini-3.8-flash", { imageTokensMax: 7_000, stopSequencesMax: 5 }],
    ["azure/o1-pro-2025-03-19", { responsesOnly: true }],
    ["llama-3.3-70b", { reasoning: "effort", maxOutputTokens: 32_000, maker: undefined }],
  ])("know %s", (model, known) => {
    expect(capabilities(model)).toMatchObject(known);
  });

  it.each([
    ["us.anthropic.claude-sonnet-4-5", { ownWords: "claude", cites: true, schemas: true }],
    ["us.anthropic.claude-opus-5-5", { ownWords: "claude", schemas: false, cacheTtl: true }],
    ["us.amazon.nova-pro-v1:0", { ownWords: "nova", cachePoints: ["content"], schemas: false }],
    ["mistral.magistral-small", { toolIdCharacters: 9, schemas: true, topK: "top_k" }],
    ["us.mistral.pixtral-large", { forces: { any: true, tool: false }, schemas: false }],
    ["openai.gpt-oss-120b-1:0", { ownWords: "gpt-oss", stopSequences: false, schemas: true }],
    ["us.meta.llama4-maverick", { ownWords: "none", cachePoints: [], richResults: false }],
  ])("know what of Converse %s knows", (model, known) => {
    expect(capabilities(model).converse).toMatchObject(known);
  });

  it("know what holds at a provider, whatever the model", () => {
    expect(capabilities("sonar-pro", [], "perplexity").tools).toBe(false);
    expect(capabilities("deepseek-v4-pro", [], "deepseek").schemaOutput).toBe(false);
    expect(capabilities("deepseek-v4-pro", [], "fireworks_ai").schemaOutput).toBe(true);
  });

  it("tell a described model from one that is merely assumed", () => {
    const known = (model: string) => findModel(DEFAULT_FACTS, model).known;
    expect([known("claude-opus-5"), known("llama"), known("codex-mini")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("an entry laid over them", () => {
  it("says what differs, and the rest stays as it was", () => {
    const before = capabilities("claude-sonnet-4-5");
    const overlay = { models: [{ match: ["*claude-sonnet-4-5*"], max_output_tokens: 1_000 }] };
    expect(capabilities("claude-sonnet-4-5", [overlay])).toEqual({
      ...before,
      maxOutputTokens: 1_000,
    });
    expect(capabilities("claude-opus-4-5", [overlay])).toEqual(capabilities("claude-opus-4-5"));
  });

  it("is first of its document, and the newest document is first of all", () => {
    const first = {
      models: [
        { match: ["gpt-4o"], max_output_tokens: 1, vision: false },
        { match: ["gpt-*"], max_output_tokens: 2, caching: false },
      ],
    };
    const second = { models: [{ match: ["*"], max_output_tokens: 3 }] };
    expect(capabilities("gpt-4o", [first])).toMatchObject({
      maxOutputTokens: 1,
      vision: false,
      caching: false,
    });
    expect(capabilities("gpt-4o", [first, second])).toMatchObject({
      maxOutputTokens: 3,
      vision: false,
    });
    expect(capabilities("gpt-4o", [second, first])).toMatchObject({ maxOutputTokens: 1 });
  });

  it("says one thing of Converse, and the rest of it stays as it was", () => {
    const before = capabilities("us.amazon.nova-pro-v1:0").converse;
    const overlay: FactsDocument = { models: [{ match: ["*nova*"], converse: { cites: true } }] };
    const { converse } = capabilities("us.amazon.nova-pro-v1:0", [overlay]);
    expect(before.cites).toBe(false);
    expect(converse).toEqual({ ...before, cites: true });
  });

  it("can be about some providers, and leave models out", () => {
    const overlay: FactsDocument = {
      models: [{ match: ["gpt-*"], not: ["*mini"], providers: ["azure"], vision: false }],
    };
    const sees = (model: string, provider: string) =>
      capabilities(model, [overlay], provider).vision;
    expect([
      sees("gpt-4o", "azure"),
      sees("gpt-4o", "openai"),
      sees("gpt-4o-mini", "azure"),
    ]).toEqual([false, true, true]);
  });

  it("makes a model known when it says how much that writes", () => {
    const facts = (members: object) =>
      withOverlay(DEFAULT_FACTS, factsDocument.parse({ models: [{ match: "mine", ...members }] }));
    expect(findModel(facts({ max_output_tokens: 9 }), "mine").known).toBe(true);
    expect(findModel(facts({ vision: false }), "mine").known).toBe(false);
  });

  it("changes nothing of what it is laid over", () => {
    const before = capabilities("gpt-4o");
    withOverlay(DEFAULT_FACTS, { models: [{ match: ["*"], vision: false }] });
    expect(capabilities("gpt-4o")).toEqual(before);
  });
});
