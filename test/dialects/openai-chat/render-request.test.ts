import { describe, expect, it } from "vitest";
import type {
  ChatRequest,
  Message,
  Part,
  Reasoning,
  Tool,
  ToolCallPart,
} from "../../../src/core/chat.ts";
import { renderRequest } from "../../../src/dialects/openai-chat/render-request.ts";
import { assistant, system, text, user } from "../samples.ts";
import { requestOf, targetOf } from "../target.ts";

const PLAIN = "gpt-4.1";
const REASONING = "gpt-5";

const tool: Tool = { name: "look", description: "looks", schema: { type: "object" }, strict: true };
const call: ToolCallPart = { type: "tool-call", id: "toolu_1", name: "look", arguments: "" };
const picture: Part = {
  type: "media",
  kind: "image",
  mediaType: "image/png",
  source: { base64: "iVBOR" },
};

function render(changes: Partial<ChatRequest>, model = PLAIN) {
  const target = targetOf(model);
  return { body: renderRequest(requestOf(changes), target), dropped: target.dropped };
}

const messagesOf = (messages: Message[], model = PLAIN) =>
  render({ messages }, model).body.messages;

describe("a request in OpenAI's grammar", () => {
  it("is as small as the question", () => {
    expect(render({}).body).toEqual({ model: PLAIN, messages: [{ role: "user", content: "hi" }] });
  });

  it("always asks a stream for its counts", () => {
    expect(render({ stream: true }).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("names the limit as the model wants it, and not above the model's own", () => {
    expect(render({ maxOutputTokens: 99_999 }).body).toMatchObject({ max_tokens: 32_768 });
    expect(render({ maxOutputTokens: 50 }, REASONING).body).toMatchObject({
      max_completion_tokens: 50,
    });
    expect(render({ maxOutputTokens: 50 }, REASONING).body).not.toHaveProperty("max_tokens");
  });

  it("carries what the model can be asked", () => {
    const { body, dropped } = render({
      sampling: {
        temperature: 0.5,
        topP: 0.9,
        topK: 5,
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
      },
      stopSequences: ["END"],
      endUser: "u-1",
      outputFormat: { type: "schema", name: "out", schema: { type: "object" }, strict: true },
      ignored: ["context_management"],
    });
    expect(body).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: ["END"],
      user: "u-1",
      response_format: {
        type: "json_schema",
        json_schema: { name: "out", schema: { type: "object" }, strict: true },
      },
    });
    expect(dropped).toEqual(["context_management", "top_k"]);
  });

  it("leaves out what reasoning models refuse, and says so", () => {
    const { body, dropped } = render(
      { sampling: { temperature: 0.5, seed: 7 }, stopSequences: ["END"] },
      REASONING,
    );
    expect(body).toEqual({
      model: REASONING,
      messages: [{ role: "user", content: "hi" }],
      seed: 7,
    });
    expect(dropped).toEqual(["stop_sequences", "temperature"]);
  });

  it("refuses more stop sequences than would be obeyed", () => {
    expect(() => render({ stopSequences: ["a", "b", "c", "d", "e"] })).toThrow(
      expect.objectContaining({
        code: "unsupported_parameter",
        details: { param: "stop_sequences" },
      }),
    );
  });

  it("leaves out a user id that is too long", () => {
    const { body, dropped } = render({
      endUser: JSON.stringify({ device_id: "d".repeat(64), session_id: "s" }),
    });
    expect(body).not.toHaveProperty("user");
    expect(dropped).toEqual(["user"]);
  });

  it("says that cache marks have no meaning here", () => {
    const marked: Part = { type: "text", text: "hi", cache: { ttl: "5m" } };
    const { body, dropped } = render({ messages: [user(marked)] });
    expect(body.messages).toEqual([{ role: "user", content: "hi" }]);
    expect(dropped).toEqual(["cache_control"]);
  });
});

describe("messages in OpenAI's grammar", () => {
  it("keep system turns in place", () => {
    expect(messagesOf([system(text("a"), text("b")), user(text("c")), system(text("d"))])).toEqual([
      { role: "system", content: "a\n\nb" },
      { role: "user", content: "c" },
      { role: "system", content: "d" },
    ]);
  });

  it("have one message per result, and its pictures after all results", () => {
    const results: Part[] = [
      {
        type: "tool-result",
        id: "toolu_1",
        parts: [{ type: "text", text: "seen" }, picture],
        isError: false,
      },
      { type: "tool-result", id: "toolu_2", parts: [{ type: "text", text: "no" }], isError: true },
    ];
    const calls = assistant(text("so"), call, { ...call, id: "toolu_2" });
    expect(messagesOf([user(text("a")), calls, user(text("and?"), ...results)])).toEqual([
      { role: "user", content: "a" },
      {
        role: "assistant",
        content: "so",
        tool_calls: [
          { id: "toolu_1", type: "function", function: { name: "look", arguments: "{}" } },
          { id: "toolu_2", type: "function", function: { name: "look", arguments: "{}" } },
        ],
      },
      {
        role: "tool",
        tool_call_id: "toolu_1",
        content: "seen\n\n(The media of this result follow below.)",
      },
      { role: "tool", tool_call_id: "toolu_2", content: "Error: no" },
      {
        role: "user",
        content: [
          { type: "text", text: "From the result of toolu_1:" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBOR" } },
          { type: "text", text: "and?" },
        ],
      },
    ]);
  });

  it("have no thoughts, which this vendor refuses", () => {
    const thought: Part = {
      type: "reasoning",
      text: "hm",
      proof: { issuer: "anthropic", kind: "signature", data: "c2ln" },
    };
    expect(messagesOf([user(text("a")), assistant(thought, text("b")), user(text("c"))])).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
    expect(messagesOf([user(text("a")), assistant(thought), user(text("c"))])).toEqual([
      { role: "user", content: "a" },
      { role: "user", content: "c" },
    ]);
  });

  it("give DeepSeek's thinking models their thoughts again", () => {
    const messages = [user(text("a")), assistant({ type: "reasoning", text: "hm" }, call)];
    expect(messagesOf(messages, "deepseek-v4")).toMatchObject([
      {},
      { content: null, reasoning_content: "hm" },
      {},
    ]);
  });

  it("carry pictures, sound and documents", () => {
    const parts: Part[] = [
      { type: "media", kind: "image", mediaType: "", source: { url: "https://e.com/a.png" } },
      { type: "media", kind: "audio", mediaType: "audio/wav", source: { base64: "UklGR" } },
      {
        type: "media",
        kind: "document",
        mediaType: "application/pdf",
        source: { base64: "JVBER" },
        name: "a.pdf",
      },
    ];
    expect(messagesOf([user(...parts)])).toEqual([
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "https://e.com/a.png" } },
          { type: "input_audio", input_audio: { data: "UklGR", format: "wav" } },
          {
            type: "file",
            file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBER" },
          },
        ],
      },
    ]);
  });

  it("refuse a document by address, which nobody would fetch", () => {
    const part: Part = {
      type: "media",
      kind: "document",
      mediaType: "",
      source: { url: "https://e.com/a.pdf" },
    };
    expect(() => messagesOf([user(part)])).toThrow(
      expect.objectContaining({ code: "unsupported_parameter" }),
    );
  });
});

describe("tools in OpenAI's grammar", () => {
  it.each<[string, Partial<ChatRequest>, object]>([
    ["required", { toolChoice: { mode: "required" } }, { tool_choice: "required" }],
    ["none", { toolChoice: { mode: "none" } }, { tool_choice: "none" }],
    [
      "one",
      { toolChoice: { mode: "tool", name: "look" } },
      { tool_choice: { type: "function", function: { name: "look" } } },
    ],
    ["one at a time", { parallelToolCalls: false }, { parallel_tool_calls: false }],
  ])("are chosen: %s", (_, changes, expected) => {
    expect(render({ tools: [tool], ...changes }).body).toMatchObject({
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
      ...expected,
    });
  });

  it("have no choice where there are none", () => {
    expect(render({ toolChoice: { mode: "required" }, parallelToolCalls: false }).body).toEqual(
      render({}).body,
    );
  });
});

describe("effort in OpenAI's grammar", () => {
  it.each<[string, Partial<Reasoning>, string]>([
    ["gpt-5", { effort: "xhigh" }, "high"],
    ["gpt-5", { mode: "off" }, "minimal"],
    ["gpt-5.1", { mode: "off" }, "none"],
    ["gpt-5.1", { effort: "minimal" }, "none"],
    ["gpt-5.4", { effort: "max" }, "xhigh"],
    ["o3", { effort: "minimal" }, "low"],
    ["gpt-5", { budgetTokens: 1_024 }, "low"],
    ["gpt-5", { budgetTokens: 10_000 }, "medium"],
    ["gpt-5", { budgetTokens: 31_999 }, "high"],
    ["some-private-name", { effort: "high" }, "high"],
  ])("is for %s with %j: %s", (model, changes, effort) => {
    const { body } = render({ reasoning: { mode: "bounded", ...changes } }, model);
    expect(body.reasoning_effort).toBe(effort);
  });

  it("is left to the model where nothing bounds it", () => {
    expect(render({ reasoning: { mode: "adaptive" } }, REASONING).body).not.toHaveProperty(
      "reasoning_effort",
    );
  });

  it("is dropped for models that do not reason", () => {
    const { body, dropped } = render({ reasoning: { mode: "bounded", effort: "high" } });
    expect(body).not.toHaveProperty("reasoning_effort");
    expect(dropped).toEqual(["reasoning_effort"]);
  });

  it("is none where the model refuses tools while it reasons", () => {
    const { body, dropped } = render(
      { tools: [tool], reasoning: { mode: "bounded", effort: "high" } },
      "gpt-5.6",
    );
    expect(body.reasoning_effort).toBe("none");
    expect(dropped).toEqual(["reasoning_effort"]);
  });
});
