import { describe, expect, it } from "vitest";
import { canonicalText } from "../../src/core/canonical-text.ts";
import { isJsonObject, parseJson, type JsonObject } from "../../src/core/json.ts";
import { removeGatewayFields } from "../../src/providers/gateway-fields.ts";

function sent(text: string): { text: string; value: JsonObject } {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error("not an object");
  return { text, value };
}

function textOf(body: object | string, repeatsCaller = false): string | undefined {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return canonicalText(sent(text), repeatsCaller);
}

const call = { model: "m", messages: [{ role: "user", content: "hi" }], temperature: 0 };

describe("two calls are the same call", () => {
  it("whatever the order of their members and whoever asks", () => {
    const other = {
      temperature: 0,
      messages: [{ content: "hi", role: "user" }],
      model: "m",
      user: "alice",
      metadata: { tags: ["x"] },
      cache: { ttl: 5 },
    };
    expect(textOf(other)).toBe(textOf(call));
    expect(textOf(call)).toBeDefined();
  });

  it.each([
    ["blanks", `{ "model" : "m",\n"n":1 }`, `{"model":"m","n":1}`],
    ["how a number is written", `{"n":1.0}`, `{"n":1}`],
    ["an exponent", `{"n":1e2}`, `{"n":100}`],
    ["how a letter is written", `{"a":"caf\\u00e9 \\/ \\"x:\\""}`, `{"a":"café / \\"x:\\""}`],
  ])("whatever %s", (_, one, other) => {
    expect(textOf(one)).toBe(textOf(other));
    expect(textOf(one)).toBeDefined();
  });

  it.each([
    ["a parameter", { ...call, temperature: 0.1 }],
    ["a word", { ...call, messages: [{ role: "user", content: "hi!" }] }],
    ["a type", { ...call, temperature: "0" }],
    ["a null", { ...call, stop: null }],
    ["a seed", { ...call, seed: 7 }],
    ["the order of turns", { ...call, messages: [...call.messages, ...call.messages] }],
    ["where it may be read", { ...call, allowed_model_region: "eu" }],
    ["who may answer instead", { ...call, fallbacks: ["other"] }],
  ])("but not when they differ in %s", (_, other) => {
    expect(textOf(other)).not.toBe(textOf(call));
    expect(textOf(other)).toBeDefined();
  });

  it("but not when tools come in another order, or a schema's members do", () => {
    const tools = [{ name: "a" }, { name: "b" }];
    expect(textOf({ tools })).not.toBe(textOf({ tools: tools.toReversed() }));
    const schema = `{"schema":{"properties":{"why":{},"what":{}},"type":"object"}}`;
    const other = `{"schema":{"type":"object","properties":{"what":{},"why":{}}}}`;
    const same = `{"schema":{"type":"object","properties":{"why":{},"what":{}}}}`;
    expect(textOf(schema)).not.toBe(textOf(other));
    expect(textOf(schema)).toBe(textOf(same));
  });

  it("but not when two spellings only look alike", () => {
    expect(textOf(`{"a":"\\u00e9"}`)).not.toBe(textOf(`{"a":"e\\u0301"}`));
    expect(textOf(`{"a":"\\ud800"}`)).not.toBe(textOf(`{"a":"\\ufffd"}`));
  });

  it("but not for different people where the answer says their names again", () => {
    const hers = { ...call, user: "alice", metadata: { project: "secret" } };
    expect(textOf(hers, true)).not.toBe(textOf(call, true));
    expect(textOf({ ...call, timeout: 5, litellm_metadata: {} }, true)).toBe(textOf(call, true));
  });
});

describe("a body that can be read in several ways", () => {
  it.each([
    ["has a member twice", `{"model":"m","temperature":0,"temperature":1}`],
    ["has one twice further in", `{"messages":[{"role":"user","content":"a","content":"b"}]}`],
    ["has one twice in two spellings", `{"a":1,"\\u0061":1}`],
    ["has a number with more digits than we can tell apart", `{"seed":9007199254740993}`],
    ["has one that is beyond all", `{"n":[1e300]}`],
  ])("is the same as no other when it %s", (_, text) => {
    expect(textOf(text)).toBeUndefined();
  });
});

describe("what the gateway takes out for itself", () => {
  const STAYS = new Set([
    "allowed_model_region",
    "anthropic_beta",
    "context_window_fallback_dict",
    "disable_fallbacks",
    "fallbacks",
    "guardrails",
  ]);

  function gatewayFields(): string[] {
    const names: string[] = [];
    removeGatewayFields({
      get: () => undefined,
      has: () => true,
      names: () => [],
      set: () => undefined,
      delete: (name) => void names.push(name),
    });
    return names.filter((name) => !name.startsWith("mock_"));
  }

  it.each(gatewayFields())("makes a difference only if it changes who answers: %s", (name) => {
    const isLeftOut = textOf({ ...call, [name]: "x" }) === textOf(call);
    expect(isLeftOut).toBe(!STAYS.has(name));
  });
});
