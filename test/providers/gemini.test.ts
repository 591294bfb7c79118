import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { wrapProof } from "../../src/dialects/proof-envelope.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

const deployment = deploymentOf("gemini/gemini-2.5-pro", { api_key: "AIza-secret" });
const HEADERS = { "content-type": "application/json", "x-goog-api-key": "AIza-secret" };
const MODEL = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro";

describeProvider({
  provider: gemini,
  deployment,
  required: ["api_key"],
  secrets: ["AIza-secret"],
  body: '{ "contents": [ {"role":"user","parts":[{"text":"\\u0041"}]} ], "generationConfig":{"temperature":1.0}, "safetySettings":[ ] }',
  untouched: [
    '"contents": [ {"role":"user","parts":[{"text":"\\u0041"}]} ], "generationConfig":{"temperature":1.0}, "safetySettings":[ ]',
  ],
  whole: { url: `${MODEL}:generateContent`, headers: HEADERS },
  stream: { url: `${MODEL}:streamGenerateContent?alt=sse`, headers: HEADERS },
  bytes: bytesOf('data: {"a":1}\r\n\r\ndata: {"b":"é"}\n\n'),
  frames: [{ data: '{"a":1}' }, { data: '{"b":"é"}' }],
});

const adapt = (body: JsonObject, model = "gemini/gemini-3.8-flash") =>
  adapted(body, (patch) => gemini.adaptBody(patch, callOf(deploymentOf(model)))).json;

describe("Google AI Studio", () => {
  it.each([
    ["http://127.0.0.1:1/a", "http://127.0.0.1:1/a/v1beta"],
    ["http://127.0.0.1:1/a/v1beta/", "http://127.0.0.1:1/a/v1beta"],
    ["http://127.0.0.1:1/a/v1/models", "http://127.0.0.1:1/a/v1"],
  ])("is found under the base %s", async (apiBase, expected) => {
    const at = deploymentOf("gemini/m", { api_key: "k", api_base: apiBase });
    const { url } = await gemini.prepare(callOf(at), "{}", TOOLS);
    expect(url).toBe(`${expected}/models/m:generateContent`);
  });

  it("is not told the model, nor Vertex AI's labels", () => {
    expect(adapt({ model: "m", labels: { team: "a" }, contents: [] })).toEqual({ contents: [] });
  });

  it("counts what a model reads, as a request of its own", () => {
    const body = { contents: [], systemInstruction: {}, tools: [], safetySettings: [], model: "x" };
    const { json } = adapted(body, (patch) =>
      gemini.countTokens?.adaptBody(patch, callOf(deployment)),
    );
    expect(json).toEqual({
      generateContentRequest: {
        model: "models/gemini-2.5-pro",
        contents: [],
        systemInstruction: {},
        tools: [],
      },
    });
    expect(gemini.countTokens?.read({ totalTokens: 7 })).toBe(7);
    expect(gemini.countTokens?.read({ totalTokens: "7" })).toBeUndefined();
  });

  it("says that a key is not valid in a way that is understood as such", () => {
    const body = JSON.stringify({
      error: {
        code: 400,
        message: "API key not valid. Please pass a valid API key.",
        status: "INVALID_ARGUMENT",
        details: [{ reason: "API_KEY_INVALID" }],
      },
    });
    expect(gemini.readFailure?.({ status: 400, headers: new Headers(), body }).category).toBe(
      "credential",
    );
  });
});

describe("a body in Gemini's grammar", () => {
  const claudes = wrapProof({ issuer: "anthropic", kind: "signature", data: "c2ln" }, "google");

  it("loses the proofs of other vendors, which Google would refuse", () => {
    const untouched = { role: "user", parts: [{ text: "hi" }] };
    const { contents } = adapt({
      contents: [
        untouched,
        {
          role: "model",
          parts: [
            { text: "", thought: true, thoughtSignature: claudes },
            { text: "so", thoughtSignature: "Q2h4" },
            { functionCall: { name: "look" }, thoughtSignature: claudes },
            { function_call: { name: "look" }, thought_signature: claudes },
          ],
        },
      ],
    });
    const thoughtSignature = "skip_thought_signature_validator";
    expect(contents).toEqual([
      untouched,
      {
        role: "model",
        parts: [
          { text: "", thought: true },
          { text: "so", thoughtSignature: "Q2h4" },
          { functionCall: { name: "look" }, thoughtSignature },
          { function_call: { name: "look" }, thoughtSignature },
        ],
      },
    ]);
  });

  it("asks for calls that come whole", () => {
    const body = {
      toolConfig: { functionCallingConfig: { mode: "AUTO", streamFunctionCallArguments: true } },
    };
    expect(adapt(body)).toEqual({ toolConfig: { functionCallingConfig: { mode: "AUTO" } } });
  });

  it("hides no dearer tier behind a number", () => {
    expect(adapt({ serviceTier: 3, service_tier: "flex" })).toEqual({ service_tier: "flex" });
  });

  it.each([
    ["thinkingLevel", "generationConfig", "thinkingConfig"],
    ["thinking_level", "generation_config", "thinking_config"],
  ])("has a budget for a model that knows no %s", (level, generation, thinking) => {
    const body = { [generation]: { top_p: 1, [thinking]: { [level]: "HIGH" } } };
    expect(adapt(body, "gemini/gemini-2.5-pro")).toEqual({
      [generation]: { top_p: 1, thinkingConfig: { thinkingBudget: 24_576 } },
    });
    expect(adapt(body)).toEqual(body);
  });
});
