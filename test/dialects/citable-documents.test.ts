import { describe, expect, it } from "vitest";
import type { ChatRequest, MediaPart, TextPart } from "../../src/core/chat.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import type { UpstreamDialect } from "../../src/dialects/dialect.ts";
import { gemini } from "../../src/dialects/gemini/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import { assistant, call, result, text, tool, user } from "./samples.ts";
import { requestOf, targetOf } from "./target.ts";

// Documents that the answer shall cite, from callers who have a word for that to vendors who have.

const citations = { enabled: true };

const ANTHROPIC: JsonObject[] = [
  {
    type: "document",
    title: "T",
    context: "C",
    source: { type: "text", media_type: "text/plain", data: "words" },
    citations,
  },
  {
    type: "document",
    title: "P",
    source: {
      type: "content",
      content: [
        { type: "text", text: "one" },
        { type: "text", text: "two" },
      ],
    },
    citations,
  },
  {
    type: "document",
    title: "D",
    source: { type: "base64", media_type: "application/pdf", data: "JVBER" },
    citations,
  },
  {
    type: "search_result",
    source: "https://e.com",
    title: "S",
    content: [{ type: "text", text: "found" }],
    citations,
  },
];

const PARTS: (TextPart | MediaPart)[] = [
  { type: "text", text: "T\n\nC\n\nwords", document: { title: "T", context: "C", words: "words" } },
  { type: "text", text: "P\n\none\n\ntwo", document: { title: "P", words: ["one", "two"] } },
  {
    type: "media",
    kind: "document",
    mediaType: "application/pdf",
    source: { base64: "JVBER" },
    name: "D",
    citable: true,
  },
  {
    type: "text",
    text: "S\nhttps://e.com\nfound",
    document: { title: "S", foundAt: "https://e.com", words: ["found"] },
  },
];

const CONVERSE: JsonObject[] = [
  {
    document: { format: "txt", name: "T", source: { text: "words" }, context: "C", citations },
  },
  {
    document: {
      format: "txt",
      name: "P",
      source: { content: [{ text: "one" }, { text: "two" }] },
      citations,
    },
  },
  { document: { format: "pdf", name: "D", source: { bytes: "JVBER" }, citations } },
  {
    searchResult: { source: "https://e.com", title: "S", content: [{ text: "found" }], citations },
  },
];

const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

function render(dialect: UpstreamDialect, model: string, changes: Partial<ChatRequest> = {}) {
  const target = targetOf(model);
  const messages = [user(...PARTS, text("and?"))];
  const body = dialect.renderRequest(requestOf({ messages, ...changes }), target);
  return { body, dropped: target.dropped };
}

describe("citable documents", () => {
  it("of an Anthropic caller are understood, and are words besides", () => {
    const messages = [{ role: "user", content: ANTHROPIC }];
    const body = { model: "m", max_tokens: 9, messages };
    expect(anthropicMessages.parseRequest(body).messages).toMatchObject([{ parts: PARTS }]);
  });

  it("of a Converse caller are understood", () => {
    const messages = [{ role: "user", content: CONVERSE }];
    const [turn] = bedrockConverse.parseRequest({ messages }, { model: "m" }).messages;
    const documents = turn?.parts.map((part) => (part.type === "text" ? part.document : part));
    expect(documents).toMatchObject([
      { title: "T", context: "C", words: "words" },
      { title: "P", words: ["one", "two"] },
      { type: "media", name: "D", citable: true },
      { title: "S", foundAt: "https://e.com", words: ["found"] },
    ]);
  });

  it.each([
    ["Anthropic's", anthropicMessages, ANTHROPIC],
    ["Converse's", bedrockConverse, CONVERSE],
  ] as const)("of a caller who does not say so are not cited: %s", (_name, dialect, blocks) => {
    const plain: unknown = JSON.parse(
      JSON.stringify(blocks).replaceAll('"enabled":true', '"enabled":false'),
    );
    const messages = [{ role: "user", content: plain as JsonObject[] }];
    const request = dialect.parseRequest({ model: "m", max_tokens: 9, messages }, { model: "m" });
    expect(JSON.stringify(request)).not.toMatch(/"citable"|"document":\{/);
  });

  it("reach Claude at Anthropic", () => {
    const { body, dropped } = render(anthropicMessages, "claude-sonnet-4-5");
    expect(body.messages).toEqual([
      { role: "user", content: [...ANTHROPIC, { type: "text", text: "and?" }] },
    ]);
    expect(dropped).toEqual([]);
  });

  it("reach Claude over Converse", () => {
    const { body, dropped } = render(bedrockConverse, CLAUDE);
    expect(body.messages).toEqual([{ role: "user", content: [...CONVERSE, { text: "and?" }] }]);
    expect(dropped).toEqual([]);
  });

  it.each([
    ["Converse's other models", bedrockConverse, "us.amazon.nova-pro-v1:0"],
    ["Gemini", gemini, "gemini-2.5-flash"],
    ["OpenAI's chat", openAiChat, "gpt-4.1"],
    ["OpenAI's responses", openAiResponses, "gpt-4.1"],
  ] as const)("are read by %s, which is said to cite none of them", (_name, dialect, model) => {
    const { body, dropped } = render(dialect, model);
    const sent = JSON.stringify(body);
    for (const words of ["words", "one", "two", "found", "JVBER"]) expect(sent).toContain(words);
    expect(sent).not.toContain("citations");
    expect(dropped).toEqual(["citations"]);
  });

  it("are noticed in a tool's result as well", () => {
    const [found] = PARTS.slice(-1);
    if (found === undefined) throw new Error("nothing was found");
    const messages = [user(text("a")), assistant(call), user({ ...result, parts: [found] })];
    expect(render(gemini, "gemini-2.5-flash", { messages, tools: [tool] }).dropped).toEqual([
      "citations",
    ]);
  });
});

describe("Cohere's documents, which LiteLLM's users send beside a conversation", () => {
  const parse = (documents: JsonObject[] | string[]) =>
    openAiChat.parseRequest({
      model: "m",
      messages: [
        { role: "user", content: "first" },
        { role: "assistant", content: "yes" },
        { role: "user", content: "second" },
      ],
      documents,
    }).messages;

  it("belong to the last question, as documents to be cited", () => {
    const messages = parse([
      { data: { title: "T", snippet: "words", year: 1999, tags: ["a"] } },
      { data: "plain" },
    ]);
    expect(messages).toMatchObject([
      { parts: [{ text: "first" }] },
      {},
      {
        parts: [
          { document: { title: "T", words: 'words\nyear: 1999\ntags: ["a"]' } },
          { text: "plain", document: { words: "plain" } },
          { text: "second" },
        ],
      },
    ]);
    expect(parse(["alone"])[2]).toMatchObject({ parts: [{ text: "alone" }, { text: "second" }] });
  });

  it("are refused by name when they are none", () => {
    expect(() => parse([{ text: "a" }])).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  it("do not keep Cohere's own parameters from being named where they mean nothing", () => {
    const request = openAiChat.parseRequest({
      model: "m",
      messages: [{ role: "user", content: "a" }],
      safety_mode: "STRICT",
    });
    expect(request).toMatchObject({
      ignored: ["safety_mode"],
      extensions: { safety_mode: "STRICT" },
    });
  });
});
