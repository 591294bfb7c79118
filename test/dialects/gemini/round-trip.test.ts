import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import type { CallerDialect, UpstreamDialect } from "../../../src/dialects/dialect.ts";
import { createSseDecoder } from "../../../src/dialects/framing/sse.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { objectIn, objectsIn } from "../../../src/dialects/lenient.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { parseJson } from "../../../src/core/json.ts";
import { SIGNATURE, THINKING_AND_CALLS } from "../../fixtures/anthropic-messages/streams.ts";
import { targetOf } from "../target.ts";

const request: JsonObject = {
  systemInstruction: { parts: [{ text: "be brief" }] },
  contents: [
    {
      role: "user",
      parts: [{ inlineData: { mimeType: "image/png", data: "iVBOR" } }, { text: "what is it?" }],
    },
    {
      role: "model",
      parts: [
        { text: "looking" },
        { functionCall: { name: "look", args: { at: 1 } }, thoughtSignature: "Q2h4" },
        { functionCall: { name: "look", args: {} } },
      ],
    },
    {
      role: "user",
      parts: [
        { functionResponse: { name: "look", response: { output: "seen" } } },
        { functionResponse: { name: "look", response: { error: "no" } } },
        { text: "so?" },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: "look",
          description: "looks",
          parametersJsonSchema: { type: "object", properties: { at: { type: "number" } } },
        },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["look"] } },
  generationConfig: {
    maxOutputTokens: 5_000,
    stopSequences: ["END"],
    temperature: 0.5,
    thinkingConfig: { thinkingBudget: 2_000, includeThoughts: true },
  },
};

const TARGET = { model: "m", stream: true };

function rendered(
  dialect: UpstreamDialect,
  model: string,
): { body: JsonObject; dropped: string[] } {
  const target = targetOf(model);
  const body = dialect.renderRequest(gemini.parseRequest(request, TARGET), target);
  return { body, dropped: target.dropped };
}

describe("a Gemini request that is parsed and rendered", () => {
  it("stays the same in its own grammar", () => {
    const { body, dropped } = rendered(gemini, "gemini-2.5-flash");
    expect(body).toEqual(request);
    expect(dropped).toEqual([]);
  });

  it("keeps its meaning for Claude", () => {
    const { body, dropped } = rendered(anthropicMessages, "claude-sonnet-4-5");
    expect(body).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 5_000,
      stream: true,
      system: [{ type: "text", text: "be brief" }],
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBOR" } },
            { type: "text", text: "what is it?" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "looking" },
            { type: "tool_use", id: "call_1", name: "look", input: { at: 1 } },
            { type: "tool_use", id: "call_2", name: "look", input: {} },
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
            {
              type: "tool_result",
              tool_use_id: "call_2",
              is_error: true,
              content: [{ type: "text", text: "no" }],
            },
            { type: "text", text: "so?" },
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
      tool_choice: { type: "tool", name: "look" },
      stop_sequences: ["END"],
      temperature: 0.5,
    });
    // A tool is forced, and with it this model cannot think.
    expect(dropped).toEqual(["reasoning_effort"]);
  });

  it("keeps its meaning for OpenAI", () => {
    const { body, dropped } = rendered(openAiChat, "gpt-4.1");
    expect(body).toEqual({
      model: "gpt-4.1",
      max_tokens: 5_000,
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "system", content: "be brief" },
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBOR" } },
            { type: "text", text: "what is it?" },
          ],
        },
        {
          role: "assistant",
          content: "looking",
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
            { id: "call_2", type: "function", function: { name: "look", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "seen" },
        { role: "tool", tool_call_id: "call_2", content: "Error: no" },
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
      tool_choice: { type: "function", function: { name: "look" } },
      stop: ["END"],
      temperature: 0.5,
    });
    expect(dropped).toEqual(["reasoning_effort"]);
  });
});

const THROUGH: [string, CallerDialect & UpstreamDialect, string][] = [
  ["OpenAI's", openAiChat, "gpt-4.1"],
  ["Anthropic's", anthropicMessages, "claude-sonnet-4-5"],
];

describe.each(THROUGH)("a Gemini request that went through %s grammar", (_, dialect, model) => {
  it("comes back with the same turns, calls paired with their results", () => {
    const there = dialect.parseRequest(rendered(dialect, model).body);
    const back = gemini.renderRequest(there, targetOf("gemini-2.5-flash"));
    expect(back).toMatchObject({
      systemInstruction: request.systemInstruction,
      tools: request.tools,
      toolConfig: request.toolConfig,
      contents: [
        objectsIn(request.contents)[0],
        {
          role: "model",
          parts: [
            { text: "looking" },
            { functionCall: { name: "look", args: { at: 1 } } },
            { functionCall: { name: "look", args: {} } },
          ],
        },
        { role: "user", parts: [{ functionResponse: { response: { output: "seen" } } }, {}, {}] },
      ],
    });
  });
});

describe("Claude's thoughts in a Gemini client's history", () => {
  const reader = anthropicMessages.createReader();
  const frames = createSseDecoder().push(new TextEncoder().encode(THINKING_AND_CALLS));
  const events = frames.flatMap((frame) => reader.read(frame));
  const context = { model: "m", id: "id", createdAtMs: 0, streamUsage: true };

  const partsOf = (chunk: unknown): JsonObject[] => {
    const [candidate] = objectsIn(objectIn(chunk).candidates);
    return objectsIn(objectIn(candidate?.content).parts);
  };
  const whole = partsOf(gemini.renderAnswer(events, context));
  const writer = gemini.createWriter(context);
  const streamed = events
    .flatMap((event) => writer.write(event))
    .flatMap(({ data }) => partsOf(parseJson(data)));

  const claudes = (parts: JsonObject[]): unknown => {
    const history = {
      contents: [
        { role: "user", parts: [{ text: "hi" }] },
        { role: "model", parts },
      ],
    };
    const parsed = gemini.parseRequest(history, { model: "m" });
    const target = targetOf("claude-sonnet-4-5");
    return objectsIn(anthropicMessages.renderRequest(parsed, target).messages)[1]?.content;
  };

  it.each([
    ["a whole answer", whole],
    ["a stream", streamed],
  ])("come back signed, from %s", (_, parts) => {
    expect(claudes(parts)).toMatchObject([
      { type: "thinking", thinking: "Two cities, zwei Städte: 東京 🗼.", signature: SIGNATURE },
      { type: "text", text: 'Checking "both".\n' },
      { type: "tool_use", id: "toolu_01A9wzQ", input: { city: "Tokyo" } },
      { type: "tool_use", id: "toolu_01B7kLm", input: {} },
    ]);
  });

  it("are gone without a trace when the client dropped them", () => {
    const kept = streamed.filter((part) => part.thought !== true);
    expect(JSON.stringify(claudes(kept))).not.toContain("thinking");
  });
});
