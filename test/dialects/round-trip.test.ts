import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/core/json.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { objectIn, objectsIn, textIn } from "../../src/dialects/lenient.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { createSseDecoder } from "../../src/dialects/framing/sse.ts";
import { SIGNATURE, THINKING_AND_CALLS } from "../fixtures/anthropic-messages/streams.ts";
import { targetOf } from "./target.ts";

const claudeRequest: JsonObject = {
  model: "claude-sonnet-4-5",
  max_tokens: 5_000,
  stream: true,
  system: [
    { type: "text", text: "be brief" },
    { type: "text", text: "and kind", cache_control: { type: "ephemeral", ttl: "1h" } },
  ],
  messages: [
    {
      role: "user",
      content: [
        { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBOR" } },
        { type: "document", source: { type: "url", url: "https://e.com/a.pdf" } },
        { type: "text", text: "what is it?" },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hm", signature: "c2ln" },
        { type: "redacted_thinking", data: "RW13" },
        { type: "text", text: "looking" },
        { type: "tool_use", id: "toolu_1", name: "look", input: { at: 1 } },
        { type: "tool_use", id: "toolu_2", name: "look", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "seen" }] },
        {
          type: "tool_result",
          tool_use_id: "toolu_2",
          is_error: true,
          content: [{ type: "text", text: "no" }],
        },
        { type: "text", text: "so?", cache_control: { type: "ephemeral" } },
      ],
    },
  ],
  tools: [
    {
      name: "look",
      description: "looks",
      input_schema: { type: "object", properties: { at: { type: "number" } } },
    },
  ],
  tool_choice: { type: "auto", disable_parallel_tool_use: true },
  thinking: { type: "enabled", budget_tokens: 2_000 },
  stop_sequences: ["END"],
  metadata: { user_id: "u-1" },
};

const chatRequest: JsonObject = {
  model: "gpt-4.1",
  max_tokens: 500,
  stream: true,
  stream_options: { include_usage: true },
  messages: [
    { role: "system", content: "be brief" },
    {
      role: "user",
      content: [
        { type: "text", text: "what is it?" },
        { type: "image_url", image_url: { url: "https://e.com/a.png" } },
        {
          type: "file",
          file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBER" },
        },
      ],
    },
    {
      role: "assistant",
      content: "looking",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "look", arguments: '{"at": 1}' } },
        { id: "call_2", type: "function", function: { name: "look", arguments: "{" } },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "seen" },
    { role: "tool", tool_call_id: "call_2", content: "no" },
    { role: "system", content: "now French" },
    { role: "user", content: "so?" },
  ],
  tools: [
    {
      type: "function",
      function: {
        name: "look",
        description: "looks",
        parameters: { type: "object" },
        strict: true,
      },
    },
  ],
  tool_choice: { type: "function", function: { name: "look" } },
  parallel_tool_calls: false,
  stop: ["END"],
  temperature: 0.5,
  seed: 7,
  response_format: {
    type: "json_schema",
    json_schema: { name: "out", schema: { type: "object" }, strict: true },
  },
  user: "u-1",
};

function turnsOf(request: JsonObject): JsonObject[] {
  return objectsIn(request.messages);
}

describe("a request that is parsed and rendered in its own grammar", () => {
  it("stays the same for Anthropic", () => {
    const target = targetOf("claude-sonnet-4-5");
    const rendered = anthropicMessages.renderRequest(
      anthropicMessages.parseRequest(claudeRequest, {}),
      target,
    );
    expect(rendered).toEqual(claudeRequest);
    expect(target.dropped).toEqual([]);
  });

  it("stays the same for OpenAI", () => {
    const target = targetOf("gpt-4.1");
    expect(openAiChat.renderRequest(openAiChat.parseRequest(chatRequest, {}), target)).toEqual(
      chatRequest,
    );
    expect(target.dropped).toEqual([]);
  });
});

describe("a request that crosses from one grammar into the other", () => {
  it("keeps its meaning from OpenAI to Claude", () => {
    const target = targetOf("claude-sonnet-4-5");
    expect(
      anthropicMessages.renderRequest(openAiChat.parseRequest(chatRequest, {}), target),
    ).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 500,
      stream: true,
      system: [{ type: "text", text: "be brief" }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what is it?" },
            { type: "image", source: { type: "url", url: "https://e.com/a.png" } },
            {
              type: "document",
              title: "a.pdf",
              source: { type: "base64", media_type: "application/pdf", data: "JVBER" },
            },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "looking" },
            { type: "tool_use", id: "call_1", name: "look", input: { at: 1 } },
            { type: "tool_use", id: "call_2", name: "look", input: { _raw: "{" } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "call_1",
              content: [{ type: "text", text: "seen" }],
            },
            { type: "tool_result", tool_use_id: "call_2", content: [{ type: "text", text: "no" }] },
            { type: "text", text: "<system>\nnow French\n</system>" },
            { type: "text", text: "so?" },
          ],
        },
      ],
      tools: [{ name: "look", description: "looks", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "look", disable_parallel_tool_use: true },
      stop_sequences: ["END"],
      temperature: 0.5,
      output_config: {
        format: { type: "json_schema", schema: { type: "object", additionalProperties: false } },
      },
      metadata: { user_id: "u-1" },
    });
    expect(target.dropped.sort()).toEqual(["seed", "strict"]);
  });

  it("keeps its meaning from Anthropic to OpenAI", () => {
    const target = targetOf("gpt-5");
    const messages = [{ role: "user", content: "what is it?" }, ...turnsOf(claudeRequest).slice(1)];
    const request = anthropicMessages.parseRequest({ ...claudeRequest, messages }, {});
    expect(openAiChat.renderRequest(request, target)).toEqual({
      model: "gpt-5",
      max_completion_tokens: 5_000,
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "system", content: "be brief\n\nand kind" },
        { role: "user", content: "what is it?" },
        {
          role: "assistant",
          content: "looking",
          tool_calls: [
            { id: "toolu_1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
            { id: "toolu_2", type: "function", function: { name: "look", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: "toolu_1", content: "seen" },
        { role: "tool", tool_call_id: "toolu_2", content: "Error: no" },
        { role: "user", content: "so?" },
      ],
      tools: [
        {
          type: "function",
          function: {
            name: "look",
            description: "looks",
            parameters: { type: "object", properties: { at: { type: "number" } } },
          },
        },
      ],
      tool_choice: "auto",
      parallel_tool_calls: false,
      reasoning_effort: "low",
      user: "u-1",
    });
    expect(target.dropped.sort()).toEqual(["cache_control", "stop_sequences"]);
  });
});

describe("Claude's thoughts in an OpenAI client's history", () => {
  const reader = anthropicMessages.createReader();
  const frames = createSseDecoder().push(new TextEncoder().encode(THINKING_AND_CALLS));
  const events = frames.flatMap((frame) => reader.read(frame));
  const context = { model: "m", id: "id", createdAtMs: 0, streamUsage: true };
  const [choice] = objectsIn(openAiChat.renderAnswer(events, context).choices);
  const message = objectIn(choice?.message);

  /** What a client keeps of a stream, if it appends whatever it is sent. */
  function accumulated(): JsonObject {
    const writer = openAiChat.createWriter(context);
    const chunks = events
      .flatMap((event) => writer.write(event))
      .map(({ data }) => parseJson(data));
    const deltas = chunks
      .flatMap((chunk) => objectsIn(objectIn(chunk).choices))
      .map((one) => objectIn(one.delta));
    const joined = (name: string): string => deltas.map((delta) => textIn(delta[name])).join("");
    return {
      role: "assistant",
      content: joined("content"),
      reasoning_content: joined("reasoning_content"),
      reasoning_details: deltas.flatMap((delta) => objectsIn(delta.reasoning_details)),
      thinking_blocks: deltas.flatMap((delta) => objectsIn(delta.thinking_blocks)),
      tool_calls: message.tool_calls,
    };
  }

  const histories: [string, () => JsonObject][] = [
    ["a whole answer", () => message],
    ["a stream", accumulated],
    ["LiteLLM's blocks only", () => ({ ...message, reasoning_details: undefined })],
  ];

  it.each(histories)("come back to Claude signed, from %s", (_, remembered) => {
    const request = openAiChat.parseRequest(
      { model: "m", messages: [{ role: "user", content: "a" }, remembered()] },
      {},
    );
    const { messages } = anthropicMessages.renderRequest(request, targetOf("claude-sonnet-4-5"));
    expect(messages).toMatchObject([
      {},
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Two cities, zwei Städte: 東京 🗼.", signature: SIGNATURE },
          { type: "text", text: 'Checking "both".\n' },
          { type: "tool_use", id: "toolu_01A9wzQ", input: { city: "Tokyo" } },
          { type: "tool_use", id: "toolu_01B7kLm", input: {} },
        ],
      },
      {},
    ]);
  });
});
