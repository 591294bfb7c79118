import { describe, expect, it } from "vitest";
import { factsDocument } from "../../src/core/facts/document.ts";
import { DEFAULT_FACTS, withOverlay } from "../../src/core/facts/facts.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { findProvider } from "../../src/providers/index.ts";
import { thrownBy } from "../core/thrown.ts";
import { adapted, callOf, deploymentOf } from "./deployment.ts";

interface Given {
  /** What the operator writes under `vendors`. */
  vendors?: object;
  modelInfo?: JsonObject;
  dropParams?: boolean;
  dialect?: "anthropic-messages" | "bedrock-converse" | "gemini" | "openai-responses";
}

function adapt(name: string, body: JsonObject, given: Given = {}) {
  const { vendors = {}, modelInfo = {}, dropParams = false, dialect } = given;
  const facts = withOverlay(DEFAULT_FACTS, factsDocument.parse({ vendors }));
  const deployment = deploymentOf(name, {}, { modelInfo, dropParams }, facts);
  const dropped: string[] = [];
  const call = callOf(deployment, { dropped, ...(dialect && { dialect }) });
  const { json } = adapted(body, (patch) =>
    findProvider(deployment.provider)?.adaptBody(patch, call),
  );
  return { json, dropped };
}

describe("an operator's rules for a vendor", () => {
  it.each([
    ["openai/gpt-4o", undefined],
    ["azure/gpt-4o", undefined],
    ["openai/gpt-4o", "openai-responses"],
    ["anthropic/claude-opus-5", "anthropic-messages"],
    ["bedrock/anthropic.claude-opus-5", "anthropic-messages"],
    ["bedrock/amazon.nova-pro-v1:0", "bedrock-converse"],
    ["vertex_ai/claude-opus-5", "anthropic-messages"],
    ["gemini/gemini-2.5-pro", "gemini"],
  ] as const)("hold for %s in %s", (name, dialect) => {
    const vendor = name.slice(0, name.indexOf("/"));
    const rules = { drops: { extra: true }, renames: { old: "new" }, limits: { odds: { max: 1 } } };
    const { json, dropped } = adapt(
      name,
      { extra: 1, old: 2, odds: 3, messages: [] },
      { vendors: { [vendor]: rules }, ...(dialect && { dialect }) },
    );
    expect(json).toMatchObject({ new: 2, odds: 1 });
    expect(json).not.toHaveProperty("extra");
    expect(json).not.toHaveProperty("old");
    expect(dropped).toEqual(["extra", "odds"]);
  });

  it("can lift what was known of some models", () => {
    const vendors = { "mistral/magistral-*": { drops: { reasoning_effort: false } } };
    const body = { reasoning_effort: "high", store: true };
    expect(adapt("mistral/magistral-small", body, { vendors }).json).toHaveProperty(
      "reasoning_effort",
    );
    expect(adapt("mistral/magistral-small", body, { vendors }).json).not.toHaveProperty("store");
    expect(adapt("mistral/mistral-large", body, { vendors }).json).not.toHaveProperty(
      "reasoning_effort",
    );
  });

  it("reach into messages", () => {
    const vendors = { groq: { roles: { developer: "user" }, tool_id_characters: 6 } };
    const result = { role: "tool", tool_call_id: "toolu_0123456789", content: "1" };
    const { json } = adapt(
      "groq/llama",
      { messages: [{ role: "developer", content: "a" }, result] },
      { vendors },
    );
    expect(json.messages).toMatchObject([{ role: "user" }, { role: "tool" }]);
    expect(JSON.stringify(json.messages)).toMatch(/"tool_call_id":"[a-z0-9]{6}"/);
  });
});

describe("Cohere, in its own grammar", () => {
  const body = { temperature: 1.7, p: 1, k: 900, frequency_penalty: -1, messages: [] };

  it("is kept within its bounds, and the caller hears of it", () => {
    for (const name of ["cohere/command-a", "cohere_chat/command-a"]) {
      const { json, dropped } = adapt(name, body);
      expect(json).toMatchObject({ temperature: 1, p: 0.99, k: 500, frequency_penalty: 0 });
      expect(dropped).toEqual(["temperature", "p", "k", "frequency_penalty"]);
    }
  });

  it("is kept within others once an operator says so", () => {
    const vendors = { cohere: { limits: { k: { max: 700 } }, renames: { p: "top" } } };
    expect(adapt("cohere/command-a", body, { vendors }).json).toMatchObject({ k: 700, top: 0.99 });
  });
});

describe("Perplexity", () => {
  const body = { tools: [{ type: "function" }], messages: [] };

  it("calls no functions: the caller is told by name, or answered without", () => {
    const refusal = thrownBy(() => adapt("perplexity/sonar", body));
    expect(refusal).toMatchObject({ code: "unsupported_parameter", details: { param: "tools" } });
    expect(adapt("perplexity/sonar", body, { dropParams: true }).dropped).toEqual(["tools"]);
  });
});

describe("Mistral", () => {
  it("is kept within the temperature it takes, and the caller hears of it", () => {
    const { json, dropped } = adapt("mistral/m", { temperature: 2 });
    expect([json.temperature, dropped]).toEqual([1.5, ["temperature"]]);
    expect(adapt("mistral/m", { temperature: 1.5 }).dropped).toEqual([]);
  });
});

describe("a model that was said to know no functions", () => {
  const body = { tools: [{ type: "function" }], tool_choice: "auto", messages: [] };
  const modelInfo = { supports_function_calling: false };

  it("is not offered any", () => {
    const refusal = thrownBy(() => adapt("openai/llama", body, { modelInfo }));
    expect(refusal).toMatchObject({ code: "unsupported_parameter", details: { param: "tools" } });
  });

  it("answers without them where the operator prefers that", () => {
    const { json, dropped } = adapt("openai/llama", body, { modelInfo, dropParams: true });
    expect(json).toEqual({ messages: [], model: "llama" });
    expect(dropped).toEqual(["tools"]);
  });

  it("is asked as before when nobody wants to call anything", () => {
    expect(adapt("openai/llama", { messages: [] }, { modelInfo }).json).toEqual({
      messages: [],
      model: "llama",
    });
  });
});

describe("a reasoning model of OpenAI's", () => {
  it("hears the newer word for the length, from whomever", () => {
    expect(adapt("openai/o3", { max_tokens: 5 }).json).toEqual({
      max_completion_tokens: 5,
      model: "o3",
    });
    expect(adapt("azure/o3", { max_tokens: 5 }).json).toMatchObject({ max_completion_tokens: 5 });
    expect(adapt("openai/gpt-4o", { max_tokens: 5 }).json).toMatchObject({ max_tokens: 5 });
  });

  it("loses sampling only where the operator prefers an answer to a refusal", () => {
    const body = { temperature: 0.2, top_p: 0.5 };
    expect(adapt("openai/o3", body).json).toMatchObject(body);
    const { json, dropped } = adapt("openai/o3", body, { dropParams: true });
    expect(json).toEqual({ model: "o3" });
    expect(dropped).toEqual(["temperature", "top_p"]);
  });
});
