import { describe, expect, it } from "vitest";
import type { ChatRequest, Part, TextPart } from "../../../src/core/chat.ts";
import { cohereChat } from "../../../src/dialects/cohere-chat/index.ts";
import { thrownBy } from "../../core/thrown.ts";
import { assistant, call, result, signed, system, text, tool, user } from "../samples.ts";
import { requestOf, targetOf } from "../target.ts";

function render(changes: Partial<ChatRequest>, model = "command-a-03-2025") {
  const target = targetOf(model);
  const body = cohereChat.renderRequest(requestOf(changes), target);
  return { body, dropped: target.dropped };
}

const citable = (words: string | string[], more: object = {}): TextPart => ({
  ...text("as words"),
  document: { words, ...more },
});

describe("a conversation for Cohere", () => {
  it("is the shortest there can be when nothing else was said", () => {
    expect(render({})).toEqual({
      body: {
        model: "command-a-03-2025",
        messages: [{ role: "user", content: "hi" }],
        stream: false,
      },
      dropped: [],
    });
  });

  it("has the system's words in front, and later ones said by the user in place", () => {
    const messages = [
      system(text("a")),
      system(text("b")),
      user(text("c")),
      system(text("d")),
      user(text("e")),
    ];
    expect(render({ messages }).body.messages).toEqual([
      { role: "system", content: "a\n\nb" },
      { role: "user", content: "c" },
      { role: "user", content: "<system>\nd\n</system>" },
      { role: "user", content: "e" },
    ]);
  });

  it("has words beside a call as the plan for it, and results right after it", () => {
    const messages = [
      user(text("look")),
      assistant(text("I look."), call),
      user(text("and?"), { ...result, isError: true }),
    ];
    expect(render({ messages, tools: [tool] }).body.messages).toEqual([
      { role: "user", content: "look" },
      {
        role: "assistant",
        tool_plan: "I look.",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "look", arguments: '{"a":1}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "Error: seen" },
      { role: "user", content: "and?" },
    ]);
  });

  it("has pictures as addresses, and those of a result behind it", () => {
    const picture: Part = {
      type: "media",
      kind: "image",
      mediaType: "image/png",
      source: { base64: "QQ==" },
    };
    const shown = { ...result, parts: [picture] };
    const messages = [user(text("look")), assistant(call), user(shown, text("and this?"), picture)];
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,QQ==" } };
    expect(render({ messages, tools: [tool] }).body.messages).toEqual([
      { role: "user", content: "look" },
      expect.objectContaining({ role: "assistant" }),
      {
        role: "tool",
        tool_call_id: "call_1",
        content: "(The media of this result follow below.)",
      },
      {
        role: "user",
        content: [
          { type: "text", text: "From the result of call_1:" },
          image,
          { type: "text", text: "and this?" },
          image,
        ],
      },
    ]);
  });

  it("never has the assistant's words last, nor a message without words", () => {
    const empty = { ...result, parts: [] };
    expect(render({ messages: [user(text("a")), assistant(text("b"))] }).body.messages).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: [{ type: "text", text: "b" }] },
      { role: "user", content: "Continue." },
    ]);
    const messages = [user(text("a")), assistant(call), user(empty)];
    expect(render({ messages, tools: [tool] }).body.messages).toMatchObject([
      {},
      {},
      { role: "tool", content: "(no output)" },
    ]);
  });

  it("gives thoughts back to models that think, and none that another vendor signed", () => {
    const messages = [
      user(text("a")),
      assistant({ type: "reasoning", text: "hm" }, signed, text("b")),
      user(text("c")),
    ];
    const said = { type: "text", text: "b" };
    expect(render({ messages }, "command-a-reasoning-08-2025").body.messages).toMatchObject([
      {},
      { content: [{ type: "thinking", thinking: "hm" }, said] },
      {},
    ]);
    expect(render({ messages }).body.messages).toMatchObject([{}, { content: [said] }, {}]);
  });

  it.each([
    ["a document's bytes", "document", "application/pdf"],
    ["a sound", "audio", "audio/wav"],
  ] as const)("refuses %s by name", (_name, kind, mediaType) => {
    const part: Part = { type: "media", kind, mediaType, source: { base64: "QQ==" } };
    const error = thrownBy(() => render({ messages: [user(part)] }));
    expect(error).toMatchObject({ code: "unsupported_parameter", details: { param: "messages" } });
  });
});

describe("documents for Cohere", () => {
  it("stand apart from the conversation, under ids that say what they were", () => {
    const messages = [
      user(citable("whole", { title: "T", context: "old" }), text("first?")),
      assistant(text("yes")),
      user(citable(["x", "y"], { title: "P" })),
      user(citable(["r"], { title: "R", foundAt: "https://r.example" }), text("second?")),
    ];
    const { body, dropped } = render({ messages });
    expect(body.documents).toEqual([
      { id: "document:0", data: { text: "whole", title: "T", context: "old" } },
      { id: "document:1/2", data: { text: "x\n\ny", title: "P" } },
      { id: "result:0/1", data: { text: "r", title: "R", url: "https://r.example" } },
    ]);
    expect(body.messages).toMatchObject([
      { content: "first?" },
      {},
      { role: "user", content: "second?" },
    ]);
    expect(dropped).toEqual([]);
  });

  it("are asked about when nobody says anything else", () => {
    const { body } = render({ messages: [user(citable("a"))] });
    expect(body.messages).toEqual([{ role: "user", content: "(See the documents.)" }]);
  });

  it("are words where the answer has a format, or where a tool brought them", () => {
    const asked = render({ messages: [user(citable("a"))], outputFormat: { type: "json" } });
    expect(asked.body).toMatchObject({ messages: [{ content: "as words" }] });
    expect(asked.body).not.toHaveProperty("documents");
    expect(asked.dropped).toEqual(["citations"]);
    const brought = render({
      messages: [user(text("a")), assistant(call), user({ ...result, parts: [citable("b")] })],
      tools: [tool],
    });
    expect(brought.body.messages).toMatchObject([{}, {}, { role: "tool", content: "as words" }]);
    expect(brought.dropped).toEqual(["citations"]);
  });
});

describe("tools for Cohere", () => {
  it("have parameters that are an object, and a name and description at most", () => {
    const described = { ...tool, description: "d", strict: undefined };
    expect(render({ tools: [described] }).body.tools).toEqual([
      {
        type: "function",
        function: { name: "look", description: "d", parameters: { type: "object" } },
      },
    ]);
  });

  it.each([
    [{ mode: "auto" } as const, undefined],
    [{ mode: "none" } as const, "NONE"],
    [{ mode: "required" } as const, "REQUIRED"],
  ])("are chosen as asked: %j", (toolChoice, word) => {
    expect(render({ tools: [tool], toolChoice }).body.tool_choice).toBe(word);
  });

  it("a tool that is chosen by name is offered alone", () => {
    const tools = [tool, { ...tool, name: "now" }];
    const { body } = render({ tools, toolChoice: { mode: "tool", name: "now" } });
    expect(body).toMatchObject({ tools: [{ function: { name: "now" } }], tool_choice: "REQUIRED" });
  });

  it("no choice is told where there is nothing to choose", () => {
    expect(render({ toolChoice: { mode: "required" } }).body).not.toHaveProperty("tool_choice");
  });

  it("are strict when all of them are, and each requires something", () => {
    const strict = { ...tool, strict: true, schema: { type: "object", required: ["a"] } };
    expect(render({ tools: [strict] }).body.strict_tools).toBe(true);
    expect(render({ tools: [strict, tool] })).toMatchObject({ dropped: ["strict"] });
    expect(render({ tools: [{ ...tool, strict: true }] })).toMatchObject({ dropped: ["strict"] });
  });
});

describe("settings for Cohere", () => {
  it("have its names; its bounds are facts, which are seen to where it is addressed", () => {
    const sampling = { temperature: 1.7, topP: 1, topK: 900, seed: 4, frequencyPenalty: -1 };
    expect(
      render({ sampling, maxOutputTokens: 64_000, stopSequences: ["###"] }).body,
    ).toMatchObject({
      temperature: 1.7,
      p: 1,
      k: 900,
      seed: 4,
      frequency_penalty: -1,
      max_tokens: 8_000,
      stop_sequences: ["###"],
    });
  });

  it("have one penalty at a time", () => {
    const { body, dropped } = render({ sampling: { frequencyPenalty: 0.5, presencePenalty: 0.5 } });
    expect(body).not.toHaveProperty("presence_penalty");
    expect(dropped).toEqual(["presence_penalty"]);
  });

  it("refuse a sixth stop sequence by name", () => {
    const stopSequences = ["1", "2", "3", "4", "5", "6"];
    expect(thrownBy(() => render({ stopSequences }))).toMatchObject({ details: { param: "stop" } });
  });

  it("say what was left out", () => {
    const { dropped } = render({
      messages: [user({ ...text("a"), cache: { ttl: "5m" } })],
      tools: [tool],
      parallelToolCalls: false,
      endUser: "ann",
      ignored: ["store", "safety_mode"],
      extensions: { safety_mode: "STRICT" },
    });
    expect(dropped.toSorted()).toEqual(["cache_control", "parallel_tool_calls", "store", "user"]);
  });

  it("pass Cohere's own on, and nobody else's", () => {
    const extensions = {
      safety_mode: "STRICT",
      citation_options: { mode: "FAST" },
      other: 1,
    };
    const { body } = render({ extensions });
    expect(body).toMatchObject({ safety_mode: "STRICT", citation_options: { mode: "FAST" } });
    expect(body).not.toHaveProperty("other");
  });
});

describe("the format of Cohere's answers", () => {
  const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };

  it("is its own where no tools are offered", () => {
    expect(render({ outputFormat: { type: "json" } }).body.response_format).toEqual({
      type: "json_object",
    });
    const { body } = render({ outputFormat: { type: "schema", name: "n", schema } });
    expect(body.response_format).toEqual({ type: "json_object", json_schema: schema });
  });

  it("is asked for in words where some are", () => {
    const { body } = render({ tools: [tool], outputFormat: { type: "schema", name: "n", schema } });
    expect(body).not.toHaveProperty("response_format");
    expect(JSON.stringify(body.messages)).toContain("JSON Schema");
  });
});

describe("Cohere's thoughts", () => {
  const thinking = (reasoning: ChatRequest["reasoning"], maxOutputTokens?: number) =>
    render({ reasoning, maxOutputTokens }, "command-a-reasoning-08-2025").body.thinking;

  it("are switched off, left to the model, or bounded by a budget", () => {
    expect(thinking({ mode: "off" })).toEqual({ type: "disabled" });
    expect(thinking({ mode: "adaptive" })).toEqual({ type: "enabled" });
    expect(thinking({ mode: "bounded", budgetTokens: 2_000 })).toEqual({
      type: "enabled",
      token_budget: 2_000,
    });
    expect(thinking(undefined)).toBeUndefined();
  });

  it("have an effort as a share of the room, and leave some of it to the words", () => {
    expect(thinking({ mode: "bounded", effort: "medium" }, 1_000)).toMatchObject({
      token_budget: 500,
    });
    expect(thinking({ mode: "bounded", budgetTokens: 9_000 }, 1_000)).toMatchObject({
      token_budget: 999,
    });
  });

  it("are no word that the other models know", () => {
    const { body, dropped } = render({ reasoning: { mode: "bounded", effort: "high" } });
    expect(body).not.toHaveProperty("thinking");
    expect(dropped).toEqual(["reasoning_effort"]);
    expect(render({ reasoning: { mode: "off" } })).toMatchObject({ dropped: [] });
  });
});
