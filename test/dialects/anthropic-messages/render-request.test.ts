import { describe, expect, it } from "vitest";
import type {
  ChatRequest,
  Message,
  Part,
  Reasoning,
  Tool,
  ToolCallPart,
  ToolResultPart,
} from "../../../src/core/chat.ts";
import { renderRequest } from "../../../src/dialects/anthropic-messages/render-request.ts";
import { requestOf, targetOf } from "../target.ts";

const BUDGETED = "claude-sonnet-4-5-20250929";
const OLDER_ADAPTIVE = "claude-opus-4-6";
const ADAPTIVE = "claude-opus-4-7";
const MID_SYSTEM = "claude-opus-4-8";
const UNFORCEABLE = "claude-opus-5-5";

const text = (words: string): Part => ({ type: "text", text: words });
const user = (...parts: Part[]): Message => ({ role: "user", parts });
const assistant = (...parts: Part[]): Message => ({ role: "assistant", parts });
const system = (words: string): Message => ({ role: "system", parts: [text(words)] });
const tool: Tool = { name: "look", schema: { type: "object" } };
const call: ToolCallPart = { type: "tool-call", id: "call_1", name: "look", arguments: '{"a":1}' };
const result: ToolResultPart = { type: "tool-result", id: "call_1", parts: [{ type: "text", text: "seen" }], isError: false };
const signed: Part = { type: "reasoning", text: "hm", proof: { issuer: "anthropic", kind: "signature", data: "c2ln" } };

function render(changes: Partial<ChatRequest>, model = BUDGETED) {
  const target = targetOf(model);
  return { body: renderRequest(requestOf(changes), target), dropped: target.dropped };
}

const messagesOf = (messages: Message[], model = BUDGETED) => render({ messages }, model).body.messages;

describe("a request for Claude", () => {
  it("is as small as the question", () => {
    expect(render({ maxOutputTokens: 100 }).body).toEqual({
      model: BUDGETED,
      max_tokens: 100,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    });
  });

  it("has a limit even where the caller named none, and never more than the model's", () => {
    expect(render({ stream: true }).body).toMatchObject({ max_tokens: 64_000, stream: true });
    expect(render({}).body).toMatchObject({ max_tokens: 21_333 });
    expect(render({ maxOutputTokens: 1_000_000 }).body).toMatchObject({ max_tokens: 64_000 });
  });

  it("takes out what is said only for show, and says so", () => {
    const { body, dropped } = render({
      sampling: { seed: 1, presencePenalty: 0.5, temperature: 1.7, topP: 0.9 },
      endUser: "ann@example.com",
      tools: [{ ...tool, strict: true }],
      ignored: ["logit_bias"],
    });
    expect(body).toMatchObject({ temperature: 1 });
    expect(body).not.toHaveProperty("top_p");
    expect(dropped.sort()).toEqual(["logit_bias", "presence_penalty", "seed", "strict", "top_p", "user"]);
  });

  it("has no sampling where the model takes none", () => {
    const { body, dropped } = render({ sampling: { temperature: 0, topK: 5 } }, ADAPTIVE);
    expect(body).not.toHaveProperty("temperature");
    expect(dropped).toEqual(["temperature", "top_k"]);
  });

  it("leaves out stop sequences of white space", () => {
    expect(render({ stopSequences: ["\n", "END"] }).body).toMatchObject({ stop_sequences: ["END"] });
    expect(render({ stopSequences: [" "] }).body).not.toHaveProperty("stop_sequences");
  });
});

describe("turns for Claude", () => {
  it("have the leading system turns in their own place", () => {
    const { body } = render({ messages: [system("one"), system("two"), user(text("hi"))] });
    expect(body.system).toEqual([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]);
    expect(body.messages).toHaveLength(1);
  });

  it("fold a later system turn into the user's, where the model knows no other way", () => {
    const messages = [user(text("a")), assistant(text("b")), system("now French"), user(text("c"))];
    expect(messagesOf(messages)).toEqual([
      { role: "user", content: [{ type: "text", text: "a" }] },
      { role: "assistant", content: [{ type: "text", text: "b" }] },
      { role: "user", content: [{ type: "text", text: "<system>\nnow French\n</system>" }, { type: "text", text: "c" }] },
    ]);
  });

  it("keep a later system turn after a user's, where the model takes it", () => {
    const messages = [user(text("a")), system("now French")];
    expect(messagesOf(messages, MID_SYSTEM)).toMatchObject([{ role: "user" }, { role: "system" }]);
    expect(messagesOf([...messages, user(text("c"))], MID_SYSTEM)).toMatchObject([{ role: "user" }]);
  });

  it("begin with the user and have no blank text", () => {
    expect(messagesOf([assistant(text("hello")), user(text(" \n"))])).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "text", text: "hello" }] },
    ]);
    expect(messagesOf([system("alone")])).toMatchObject([{ role: "user" }]);
  });

  it("end with the assistant only where a model goes on from there", () => {
    const messages = [user(text("a")), assistant(text("Once upon \n"))];
    expect(messagesOf(messages)).toMatchObject([{}, { role: "assistant", content: [{ text: "Once upon" }] }]);
    expect(messagesOf(messages, ADAPTIVE)).toMatchObject([{}, { role: "assistant" }, { role: "user" }]);
  });

  it("carry calls and results, with pictures and failures", () => {
    const failed: Part = {
      type: "tool-result",
      id: "call_1",
      isError: true,
      parts: [
        { type: "text", text: "no" },
        { type: "media", kind: "image", mediaType: "image/png", source: { base64: "iVBOR" } },
      ],
    };
    expect(messagesOf([user(text("a")), assistant(call), user(failed)])).toEqual([
      { role: "user", content: [{ type: "text", text: "a" }] },
      { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "look", input: { a: 1 } }] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "call_1",
            is_error: true,
            content: [
              { type: "text", text: "no" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBOR" } },
            ],
          },
        ],
      },
    ]);
  });

  it.each([
    ["", {}],
    ["{", { _raw: "{" }],
    ["[1]", { _raw: "[1]" }],
  ])("make an object of the arguments %j", (written, input) => {
    const messages = [user(text("a")), assistant({ ...call, arguments: written }), user(result)];
    expect(messagesOf(messages)).toMatchObject([{}, { content: [{ input }] }, {}]);
  });

  it("give illegal ids the same legal substitute in call and result", () => {
    const messages = [user(text("a")), assistant({ ...call, id: "a.b:c" }), user({ ...result, id: "a.b:c" })];
    const [, called, answered] = JSON.parse(JSON.stringify(messagesOf(messages)));
    expect(called.content[0].id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    expect(answered.content[0].tool_use_id).toBe(called.content[0].id);
  });

  it("give thoughts back to their issuer only", () => {
    const foreign: Part = { type: "reasoning", text: "x", proof: { issuer: "google", kind: "signature", data: "Q2h4" } };
    const redacted: Part = { type: "reasoning", text: "", proof: { issuer: "anthropic", kind: "redacted", data: "RW13" } };
    const bare: Part = { type: "reasoning", text: "y" };
    expect(messagesOf([user(text("a")), assistant(signed, redacted, foreign, bare, text("b")), user(text("c"))])).toMatchObject([
      {},
      {
        content: [
          { type: "thinking", thinking: "hm", signature: "c2ln" },
          { type: "redacted_thinking", data: "RW13" },
          { type: "text", text: "b" },
        ],
      },
      {},
    ]);
  });

  it("send pictures and documents in Claude's shapes", () => {
    const parts: Part[] = [
      { type: "media", kind: "image", mediaType: "", source: { url: "https://e.com/a.png" } },
      { type: "media", kind: "document", mediaType: "application/pdf", source: { base64: "JVBER" }, name: "a.pdf" },
    ];
    expect(messagesOf([user(...parts)])).toMatchObject([
      {
        content: [
          { type: "image", source: { type: "url", url: "https://e.com/a.png" } },
          { type: "document", title: "a.pdf", source: { type: "base64", media_type: "application/pdf", data: "JVBER" } },
        ],
      },
    ]);
  });

  it.each<[string, Part]>([
    ["sound", { type: "media", kind: "audio", mediaType: "audio/wav", source: { base64: "UklGR" } }],
    ["a picture of another type", { type: "media", kind: "image", mediaType: "image/tiff", source: { base64: "SUkq" } }],
  ])("refuse %s", (_, part) => {
    expect(() => messagesOf([user(part)])).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  it("keep the last four cache marks of all", () => {
    const cached = (words: string): Part => ({ type: "text", text: words, cache: { ttl: "1h" } });
    const { body } = render({
      messages: [{ role: "system", parts: [cached("s")] }, user(cached("1"), cached("2")), assistant(cached("3")), user(cached("4"))],
      tools: [{ ...tool, cache: { ttl: "5m" } }],
    });
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(4);
    expect(body.tools).toEqual([{ name: "look", input_schema: { type: "object" } }]);
    expect(body.system).toEqual([{ type: "text", text: "s" }]);
    expect(body.messages).toMatchObject([{ content: [{ cache_control: { type: "ephemeral", ttl: "1h" } }, {}] }, {}, {}]);
  });
});

describe("tools for Claude", () => {
  it.each<[string, Partial<ChatRequest>, unknown]>([
    ["auto", { toolChoice: { mode: "auto" } }, { type: "auto" }],
    ["none", { toolChoice: { mode: "none" } }, { type: "none" }],
    ["required", { toolChoice: { mode: "required" } }, { type: "any" }],
    ["one", { toolChoice: { mode: "tool", name: "look" } }, { type: "tool", name: "look" }],
    ["one at a time", { parallelToolCalls: false }, { type: "auto", disable_parallel_tool_use: true }],
  ])("are chosen: %s", (_, changes, expected) => {
    expect(render({ tools: [tool], ...changes }).body.tool_choice).toEqual(expected);
  });

  it("are not forced on a model that refuses it", () => {
    const { body, dropped } = render({ tools: [tool], toolChoice: { mode: "required" } }, UNFORCEABLE);
    expect(body.tool_choice).toEqual({ type: "auto" });
    expect(dropped).toContain("tool_choice");
  });

  it("are named again where only the history has them, and may not be called", () => {
    const { body } = render({ messages: [user(text("a")), assistant(call), user(result)] });
    expect(body).toMatchObject({ tools: [{ name: "look" }], tool_choice: { type: "none" } });
  });
});

describe("thinking for Claude", () => {
  const bounded = (changes: Partial<Reasoning>): Partial<ChatRequest> => ({
    maxOutputTokens: 10_000,
    reasoning: { mode: "bounded", visible: true, ...changes },
  });

  it.each<[string, Partial<Reasoning>, number]>([
    ["a budget", { budgetTokens: 3_000 }, 3_000],
    ["a budget below the least", { budgetTokens: 10 }, 1_024],
    ["a budget above the answer", { budgetTokens: 30_000 }, 9_999],
    ["low", { effort: "low" }, 2_000],
    ["medium", { effort: "medium" }, 5_000],
    ["high", { effort: "high" }, 8_000],
  ])("has a budget for %s", (_, changes, budget) => {
    expect(render(bounded(changes)).body.thinking).toEqual({ type: "enabled", budget_tokens: budget });
  });

  it("takes no temperature along", () => {
    const { body, dropped } = render({ ...bounded({ effort: "low" }), sampling: { temperature: 0.2 } });
    expect(body).not.toHaveProperty("temperature");
    expect(dropped).toEqual(["temperature"]);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ["the answer has no room for it", { maxOutputTokens: 500 }],
    ["a tool is forced", { tools: [tool], toolChoice: { mode: "required" } }],
    ["the answer is begun already", { messages: [user(text("a")), assistant(text("b"))] }],
    ["the thoughts of this tool loop are lost", { messages: [user(text("a")), assistant(call), user(result)] }],
  ])("gives way where %s", (_, changes) => {
    const { body, dropped } = render({ ...bounded({ effort: "high" }), ...changes });
    expect(body).not.toHaveProperty("thinking");
    expect(dropped).toContain("reasoning_effort");
  });

  it("goes on in a tool loop whose thoughts are there", () => {
    const messages = [user(text("a")), assistant(signed, call), user(result)];
    expect(render({ ...bounded({ effort: "high" }), messages }).body).toHaveProperty("thinking");
  });

  it("is an effort for newer models, shown if the caller can show it", () => {
    expect(render(bounded({ effort: "xhigh" }), ADAPTIVE).body).toMatchObject({
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "xhigh" },
    });
    expect(render(bounded({ effort: "minimal", visible: false }), ADAPTIVE).body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "low" },
    });
    expect(render(bounded({ effort: "xhigh" }), OLDER_ADAPTIVE).body).toMatchObject({ output_config: { effort: "high" } });
    expect(render(bounded({ budgetTokens: 5_000 }), ADAPTIVE).body).toMatchObject({ output_config: { effort: "medium" } });
  });

  it("is left to the model where nothing bounds it", () => {
    const { body } = render({ reasoning: { mode: "adaptive" } }, ADAPTIVE);
    expect(body.thinking).toEqual({ type: "adaptive" });
    expect(body).not.toHaveProperty("output_config");
  });

  it("can be switched off, or made small where it cannot", () => {
    const off: Partial<ChatRequest> = { reasoning: { mode: "off" } };
    expect(render(off).body).not.toHaveProperty("thinking");
    expect(render(off, ADAPTIVE).body.thinking).toEqual({ type: "disabled" });
    expect(render(off, UNFORCEABLE).body).toMatchObject({ output_config: { effort: "low" } });
    expect(render(off, UNFORCEABLE).body).not.toHaveProperty("thinking");
  });

  it("is dropped for models that cannot", () => {
    const { body, dropped } = render(bounded({ effort: "high" }), "claude-3-5-haiku-20241022");
    expect(body).not.toHaveProperty("thinking");
    expect(dropped).toEqual(["reasoning_effort"]);
  });
});

describe("formats for Claude", () => {
  const format = (schema: NonNullable<object>): Partial<ChatRequest> => ({
    outputFormat: { type: "schema", name: "out", schema: JSON.parse(JSON.stringify(schema)), strict: true },
  });

  it("close objects and turn bounds into words", () => {
    const { body } = render(
      format({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          age: { type: "integer", minimum: 0, description: "in years" },
          minimum: { oneOf: [{ type: "string", pattern: "^a" }, { type: "null" }] },
        },
        required: ["age", "minimum"],
      }),
    );
    expect(body.output_config).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            age: { type: "integer", description: "in years (minimum: 0)" },
            minimum: { anyOf: [{ type: "string", description: '(pattern: "^a")' }, { type: "null" }] },
          },
          required: ["age", "minimum"],
          additionalProperties: false,
        },
      },
    });
  });

  const tree = { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] };
  const wide = {
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`p${index}`, { type: "string" }])),
  };

  it.each([
    ["recursive", tree],
    ["too free", wide],
  ])("ask in words for a schema that is %s", (_, schema) => {
    const { body } = render(format(schema));
    expect(body).not.toHaveProperty("output_config");
    expect(JSON.stringify(body.system)).toContain("JSON Schema");
  });

  it("follow references that lead nowhere twice", () => {
    const shared = { type: "object", properties: {}, $defs: { a: { $ref: "#/$defs/b" }, b: { type: "string" } }, anyOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }] };
    expect(render(format(shared)).body).toHaveProperty("output_config");
  });

  it("ask in words for any JSON", () => {
    const { body } = render({ outputFormat: { type: "json" }, messages: [system("be brief"), user(text("hi"))] });
    expect(body.system).toEqual([
      { type: "text", text: "be brief" },
      { type: "text", text: "Answer with one JSON object and nothing else, no code fence." },
    ]);
  });
});
