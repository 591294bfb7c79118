import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import { parseJson } from "../../../src/core/json.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { messages } from "../../fixtures/openai-chat/requests.ts";
import { summaryOf } from "../summary.ts";

const called = (block: number, id: string, name: string, pieces: string[]): ChatEvent[] => [
  { type: "block-start", block, opening: { kind: "tool-call", id, name } },
  ...pieces.map((text): ChatEvent => ({ type: "block-delta", block, text })),
  { type: "block-end", block },
];
const EVENTS: ChatEvent[] = [
  { type: "start", id: "1", model: "m" },
  ...called(0, "c1", "run", ['{"inp', 'ut":"a \\"b\\"\\n"}']),
  ...called(1, "c2", "run", ['{"input":"2"}']),
  { type: "finish", reason: "tool-calls" },
  { type: "end" },
];

function answer(request: JsonObject) {
  const context = { model: "m", id: "1", createdAtMs: 0, streamUsage: false, request };
  const writer = openAiChat.createWriter(context);
  const chunks = EVENTS.flatMap((event) => writer.write(event))
    .map(({ data }) => parseJson(data))
    .filter((chunk) => chunk !== undefined);
  return { whole: openAiChat.renderAnswer(EVENTS, context), chunks };
}

const LEGACY = { functions: [{ name: "run" }] };
const CUSTOM = { tools: [{ type: "custom", custom: { name: "run" } }] };

describe("the functions of 2023", () => {
  it("are answered with one call, under the older word", () => {
    const { whole, chunks } = answer(LEGACY);
    expect(whole).toMatchObject({
      choices: [
        {
          message: { content: null, function_call: { name: "run" } },
          finish_reason: "function_call",
        },
      ],
    });
    expect(JSON.stringify(whole)).not.toContain("tool_calls");
    expect(JSON.stringify(chunks)).not.toContain("tool_calls");
    // There was no room for a second call.
    expect(JSON.stringify(chunks).match(/"name":"run"/g)).toHaveLength(1);
    expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: "function_call" }] });
  });

  it("are written without anything of tools where nothing is called", () => {
    const context = { model: "m", id: "1", createdAtMs: 0, streamUsage: false, request: LEGACY };
    const events = EVENTS.filter((event) => !("block" in event));
    const said = openAiChat.renderAnswer(
      events.map((event) => (event.type === "finish" ? { ...event, reason: "stop" } : event)),
      context,
    );
    expect(said).toMatchObject({ choices: [{ message: { content: "" }, finish_reason: "stop" }] });
    expect(JSON.stringify(said)).not.toContain("function_call");
  });

  it("ask for one call at a time", () => {
    const request = openAiChat.parseRequest({
      ...messages({ role: "user", content: "a" }),
      ...LEGACY,
    });
    expect(request.parallelToolCalls).toBe(false);
  });

  it("get ids by which each result finds its own call", () => {
    const call = { role: "assistant", function_call: { name: "run", arguments: "{}" } };
    const result = { role: "function", name: "run", content: "1" };
    const body = messages({ role: "user", content: "a" }, call, result, call, result);
    const parts = openAiChat.parseRequest(body).messages.flatMap((message) => message.parts);
    expect(parts.slice(1)).toMatchObject([
      { type: "tool-call", id: "run" },
      { type: "tool-result", id: "run" },
      { type: "tool-call", id: "run_2" },
      { type: "tool-result", id: "run_2" },
    ]);
  });

  it("are read from a server that still answers so", () => {
    const { whole, chunks } = answer(LEGACY);
    const reader = openAiChat.createReader();
    const streamed = chunks.flatMap((chunk) => reader.read({ data: JSON.stringify(chunk) }));
    const wanted = [{ kind: "tool-call", name: "run", arguments: { input: 'a "b"\n' } }];
    expect(summaryOf(openAiChat.readAnswer(whole)).blocks).toMatchObject(wanted);
    expect(summaryOf([...streamed, ...reader.end()])).toMatchObject({
      finish: "tool-calls",
      blocks: wanted,
    });
  });
});

describe("tools of free text", () => {
  it("are called with free text, whole and in a stream", () => {
    const { whole, chunks } = answer(CUSTOM);
    expect(whole).toMatchObject({
      choices: [
        {
          message: {
            tool_calls: [
              { id: "c1", type: "custom", custom: { name: "run", input: 'a "b"\n' } },
              { id: "c2", type: "custom", custom: { name: "run", input: "2" } },
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
    });
    const deltas = chunks.map((chunk) => JSON.stringify(chunk)).filter((one) => /custom/.test(one));
    expect(deltas).toHaveLength(4);
    expect(deltas[1]).toContain(String.raw`"custom":{"input":"a \"b\"\n"}`);
  });

  it("are read back as they were written", () => {
    const { whole, chunks } = answer(CUSTOM);
    const reader = openAiChat.createReader();
    const streamed = chunks.flatMap((chunk) => reader.read({ data: JSON.stringify(chunk) }));
    const wanted = [
      { id: "c1", name: "run", arguments: { input: 'a "b"\n' } },
      { id: "c2", name: "run", arguments: { input: "2" } },
    ];
    expect(summaryOf(openAiChat.readAnswer(whole)).blocks).toMatchObject(wanted);
    expect(summaryOf([...streamed, ...reader.end()]).blocks).toMatchObject(wanted);
  });

  it("tell other vendors' models of their grammar", () => {
    const grammar = { syntax: "lark", definition: "start: /a+/" };
    const custom = { name: "run", description: "Runs.", format: { type: "grammar", grammar } };
    const { tools } = openAiChat.parseRequest({
      ...messages({ role: "user", content: "a" }),
      tools: [{ type: "custom", custom }],
    });
    expect(tools).toMatchObject([
      {
        name: "run",
        description: "Runs.\n\nThe input must follow this lark grammar:\nstart: /a+/",
        schema: { required: ["input"] },
      },
    ]);
  });

  it("a tool of the same request that takes arguments is called with arguments", () => {
    const request = { tools: [{ type: "function", function: { name: "run" } }] };
    expect(answer(request).whole).toMatchObject({
      choices: [{ message: { tool_calls: [{ type: "function" }, { type: "function" }] } }],
    });
  });
});
