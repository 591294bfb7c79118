import { describe, expect, it } from "vitest";
import { boundOf } from "../../../src/core/bound.ts";
import type { InputMeasure } from "../../../src/core/bound.ts";
import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import { factsDocument } from "../../../src/core/facts/document.ts";
import { DEFAULT_FACTS, withOverlay } from "../../../src/core/facts/facts.ts";
import { findModel } from "../../../src/core/facts/find-model.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Price } from "../../../src/core/price.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import type { UpstreamDialect } from "../../../src/dialects/dialect.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { requestOf } from "../../dialects/target.ts";
import { deploymentOf } from "../../providers/deployment.ts";

/** What an operator lays over the facts changes what is sent, for each fact that was a line of code. */
const NOVA = "us.amazon.nova-pro-v1:0";
const LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0";
const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

function sent(
  dialect: UpstreamDialect,
  model: string,
  overlay: object,
  changes: Partial<ChatRequest>,
): { body: JsonObject; dropped: string[] } {
  const facts = withOverlay(DEFAULT_FACTS, factsDocument.parse(overlay));
  const dropped: string[] = [];
  const { capabilities } = findModel(facts, model);
  const body = dialect.renderRequest(requestOf(changes), { model, capabilities, dropped });
  return { body, dropped };
}

/** A nano-dollar for each token that is read. */
const NANO: Price = {
  inputPico: 1_000,
  outputPico: 0,
  cacheReadPico: 0,
  cacheWrite5mPico: 0,
  cacheWrite1hPico: 0,
  source: "config",
};

/** Before and after, as text. */
function both(
  model: string,
  converse: object,
  changes: Partial<ChatRequest>,
): [before: string, after: string] {
  const overlay = { models: [{ match: model, converse }] };
  const [before, after] = [{}, overlay].map((one) =>
    JSON.stringify(sent(bedrockConverse, model, one, changes).body),
  );
  return [before ?? "", after ?? ""];
}

const TOOL = { name: "look", schema: { type: "object" } };
const CACHED = { ...TOOL, cache: { ttl: "1h" } } as const;
const WORDS = { type: "text", text: "hi", cache: { ttl: "1h" } } as const;
const CALL = "call_".padEnd(30, "x");
const CALLED: Message[] = [
  { role: "user", parts: [{ type: "text", text: "hi" }] },
  { role: "assistant", parts: [{ type: "tool-call", id: CALL, name: "look", arguments: "{}" }] },
  { role: "user", parts: [{ type: "tool-result", id: CALL, parts: [], isError: true }] },
];
const DOCUMENT: Message = {
  role: "user",
  parts: [
    {
      type: "media",
      kind: "document",
      mediaType: "application/pdf",
      source: { base64: "JVBERi0=" },
      citable: true,
    },
    { type: "text", text: "hi" },
  ],
};
const SCHEMA = { type: "object", properties: { n: { type: "integer", minimum: 1 } } };
const FORMAT = { type: "schema", name: "answer", schema: SCHEMA } as const;

interface Lesson {
  model: string;
  converse: object;
  asks: Partial<ChatRequest>;
  /** What is sent only once the fact is stated. */
  word: string;
}

const LESSONS: Record<string, Lesson> = {
  "another's words": {
    model: LLAMA,
    converse: { own_words: "claude" },
    asks: { tools: [TOOL], parallelToolCalls: false },
    word: "disable_parallel_tool_use",
  },
  "that some tool is wished for": {
    model: LLAMA,
    converse: { forces_any: true },
    asks: { tools: [TOOL], toolChoice: { mode: "required" } },
    word: '"toolChoice":{"any"',
  },
  "that one tool is wished for": {
    model: LLAMA,
    converse: { forces_tool: true },
    asks: { tools: [TOOL], toolChoice: { mode: "tool", name: "look" } },
    word: '"toolChoice":{"tool"',
  },
  "marks among the words": {
    model: LLAMA,
    converse: { cache_points: ["content"] },
    asks: { messages: [{ role: "user", parts: [WORDS] }] },
    word: "cachePoint",
  },
  "marks among the tools": {
    model: NOVA,
    converse: { cache_points: ["tools"] },
    asks: { tools: [CACHED] },
    word: "cachePoint",
  },
  "marks that last": {
    model: NOVA,
    converse: { cache_ttl: true },
    asks: { messages: [{ role: "user", parts: [WORDS] }] },
    word: '"ttl":"1h"',
  },
  "results that failed": {
    model: LLAMA,
    converse: { rich_results: true },
    asks: { messages: CALLED, tools: [TOOL] },
    word: '"status":"error"',
  },
  "two ways of sampling at once": {
    model: CLAUDE,
    converse: { temperature_with_top_p: true },
    asks: { sampling: { temperature: 0.5, topP: 0.5 } },
    word: '"topP":0.5',
  },
  "a place for top_k": {
    model: LLAMA,
    converse: { top_k: "a.b.k" },
    asks: { sampling: { topK: 7 } },
    word: '{"a":{"b":{"k":7}}}',
  },
  "to stop": {
    model: "openai.gpt-oss-120b-1:0",
    converse: { stop_sequences: true },
    asks: { stopSequences: ["###"] },
    word: '"stopSequences":["###"]',
  },
  "to cite": {
    model: NOVA,
    converse: { cites: true },
    asks: { messages: [DOCUMENT] },
    word: '"citations":{"enabled":true}',
  },
  "to keep to a schema": {
    model: "us.anthropic.claude-opus-5-5",
    converse: { schemas: true },
    asks: { outputFormat: FORMAT },
    word: '"textFormat":{"type":"json_schema"',
  },
};

describe("a family on Converse", () => {
  it.each(Object.entries(LESSONS))("learns %s", (_, { model, converse, asks, word }) => {
    const [before, after] = both(model, converse, asks);
    expect(before).not.toContain(word);
    expect(after).toContain(word);
  });

  it("learns how long its ids of calls are", () => {
    const [before, after] = both(LLAMA, { tool_id_characters: 7 }, { messages: CALLED });
    expect(before).toContain(CALL);
    expect(after).toMatch(/"toolUseId":"[a-z0-9]{7}"/);
  });

  it("is sent no documents once it takes none, and the caller is told", () => {
    const [before] = both(NOVA, {}, { messages: [DOCUMENT] });
    expect(before).toContain('"document"');
    expect(() => both(NOVA, { documents: false }, { messages: [DOCUMENT] })).toThrow(/documents/);
  });
});

describe("the part of JSON Schema that is read", () => {
  const subset = { keywords: { minimum: "least", exclusiveMinimum: true } };
  const bounded = { type: "object", properties: { n: { minimum: 1, exclusiveMinimum: 0 } } };
  const asks: Partial<ChatRequest> = {
    outputFormat: { type: "schema", name: "answer", schema: bounded },
  };

  it.each([
    [anthropicMessages, "claude-sonnet-4-5"],
    [bedrockConverse, CLAUDE],
    [gemini, "gemini-2.5-pro"],
  ])("changes keyword by keyword: $name", (dialect, model) => {
    const told = (overlay: object): string =>
      JSON.stringify(sent(dialect, model, overlay, asks).body).replaceAll("\\", "");
    expect(told({})).not.toMatch(/"least":1|"exclusiveMinimum":0/);
    const after = told({ schemas: { [dialect.name]: subset } });
    expect(after).toContain('"least":1');
    expect(after).toContain('"exclusiveMinimum":0');
    expect(told({ schemas: { [`${dialect.name}/other-*`]: subset } })).toBe(told({}));
  });

  it("has a most of what may be left out", () => {
    const limited = { schemas: { "anthropic-messages": { optional_properties_max: 0 } } };
    const format = (overlay: object) =>
      sent(anthropicMessages, "claude-sonnet-4-5", overlay, asks).body.output_config;
    expect(format({})).toHaveProperty("format.type", "json_schema");
    expect(format(limited)).toBeUndefined();
  });

  it("may leave objects open", () => {
    const open = { schemas: { "anthropic-messages": { closed_objects: false } } };
    const text = (overlay: object): string =>
      JSON.stringify(sent(anthropicMessages, "claude-sonnet-4-5", overlay, asks).body);
    expect(text({})).toContain("additionalProperties");
    expect(text(open)).not.toContain("additionalProperties");
  });
});

describe("a model's limits", () => {
  const of = (limits: object) => ({ models: [{ match: "*", ...limits }] });

  it("are how many sequences stop it", () => {
    const stopSequences = ["a", "b", "c", "d", "e", "f"];
    for (const [dialect, model] of [
      [openAiChat, "gpt-4o"],
      [gemini, "gemini-2.5-pro"],
    ] as const) {
      expect(() => sent(dialect, model, {}, { stopSequences })).toThrow(/at most [45]/);
      const { body } = sent(dialect, model, of({ stop_sequences_max: 6 }), { stopSequences });
      expect(JSON.stringify(body)).toContain(JSON.stringify(stopSequences));
    }
  });

  it.each([openAiChat, anthropicMessages, bedrockConverse])(
    "are how long the ids of its calls may be: $name",
    (dialect) => {
      const text = (overlay: object): string =>
        JSON.stringify(sent(dialect, LLAMA, overlay, { messages: CALLED }).body);
      expect(text({})).toContain(CALL);
      expect(text(of({ tool_id_characters_max: 20 }))).not.toContain(CALL);
    },
  );

  it("are what a picture is reserved as", () => {
    const measure: InputMeasure = {
      textBytes: 0,
      images: 2,
      audioBytes: 0,
      vendorTools: 0,
      hasTools: false,
      unseen: false,
      usesCaching: false,
      longCaching: false,
    };
    const nano = (overlay: object): number => {
      const facts = withOverlay(DEFAULT_FACTS, factsDocument.parse(overlay));
      const deployment = deploymentOf("openai/gpt-4o", {}, { price: NANO }, facts);
      return boundOf(measure, { choices: 1 }, [deployment]).inputNanoUsd;
    };
    expect(nano(of({ image_tokens_max: 2_500 })) - nano({})).toBe(2 * 1_000);
  });
});

describe("DeepSeek, which keeps to no schema", () => {
  const told = (provider: string) => {
    const { capabilities } = findModel(DEFAULT_FACTS, "deepseek-v4-pro", provider);
    const dropped: string[] = [];
    const target = { model: "deepseek-v4-pro", capabilities, dropped };
    return openAiChat.renderRequest(requestOf({ outputFormat: FORMAT }), target);
  };

  it("is told of one in words, and held to JSON", () => {
    const body = told("deepseek");
    expect(body.response_format).toEqual({ type: "json_object" });
    expect(JSON.stringify(body.messages)).toContain("matches this JSON Schema");
  });

  it("is another matter elsewhere", () => {
    const body = told("fireworks_ai");
    expect(body.response_format).toHaveProperty("type", "json_schema");
    expect(JSON.stringify(body.messages)).not.toContain("JSON Schema");
  });
});
