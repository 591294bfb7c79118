import { describe, expect, it } from "vitest";
import type { Message, Proof, ToolCallPart, ToolResultPart } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { requestOf, targetOf } from "../target.ts";
import { assistant, system, user } from "./messages.ts";

function contents(messages: Message[], model = "gemini-3-pro-preview"): JsonObject {
  return gemini.renderRequest(requestOf({ messages }), targetOf(model));
}

function call(id: string, name: string, text = "{}", proof?: Proof): ToolCallPart {
  return { type: "tool-call", id, name, arguments: text, ...(proof ? { proof } : {}) };
}

function result(id: string, text: string, isError = false): ToolResultPart {
  return { type: "tool-result", id, isError, parts: [{ type: "text", text }] };
}

const google = (data: string): Proof => ({ issuer: "google", kind: "signature", data });
const PICTURE = {
  type: "media",
  kind: "image",
  mediaType: "image/png",
  source: { base64: "AAAA" },
} as const;

describe("the conversation for Gemini", () => {
  it("hoists the opening system turns and leaves later ones where they were said", () => {
    const messages = [
      system("Be brief."),
      system("Be kind."),
      user("hi"),
      system("Now rhyme."),
      assistant("ok"),
      user("go"),
    ];
    expect(contents(messages)).toEqual({
      systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [
        { role: "user", parts: [{ text: "hi" }, { text: "<system>\nNow rhyme.\n</system>" }] },
        { role: "model", parts: [{ text: "ok" }] },
        { role: "user", parts: [{ text: "go" }] },
      ],
    });
  });

  it("answers all calls of a step in one turn, in call order and by the names of the calls", () => {
    const messages = [
      user("go"),
      assistant(call("a", "weather", '{"city":"Kyoto"}'), call("b", "clock", "")),
      user(result("b", "noon")),
      user(result("a", "rain", true), "and now?"),
    ];
    expect(contents(messages, "gemini-2.5-pro").contents).toEqual([
      { role: "user", parts: [{ text: "go" }] },
      {
        role: "model",
        parts: [
          { functionCall: { name: "weather", args: { city: "Kyoto" } } },
          { functionCall: { name: "clock", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "weather", response: { error: "rain" } } },
          { functionResponse: { name: "clock", response: { output: "noon" } } },
          { text: "and now?" },
        ],
      },
    ]);
  });

  it("shows the model arguments that another one garbled", () => {
    const [, turn] = asList(
      contents([user("go"), assistant(call("a", "f", '{"x":')), user(result("a", "1"))]),
    );
    expect(turn).toMatchObject({ parts: [{ functionCall: { args: { _raw: '{"x":' } } }] });
  });

  it("marks only the first foreign call of a step for Gemini 3, and none before", () => {
    const messages = [
      user("go"),
      assistant(call("a", "f"), call("b", "g")),
      user(result("a", "1"), result("b", "2")),
    ];
    const [, turn] = asList(contents(messages));
    expect(turn).toEqual({
      role: "model",
      parts: [
        {
          functionCall: { name: "f", args: {} },
          thoughtSignature: "skip_thought_signature_validator",
        },
        { functionCall: { name: "g", args: {} } },
      ],
    });
    expect(JSON.stringify(contents(messages, "gemini-2.5-pro"))).not.toContain("thoughtSignature");
  });

  it("brings signatures back on the call they came with, or on the call their thought preceded", () => {
    const messages = [
      user("go"),
      assistant(call("a", "f", "{}", google("c2lnMQ=="))),
      user(result("a", "1")),
      assistant(
        { type: "reasoning", text: "hm", proof: google("c2lnMg==") },
        "Let me see.",
        call("b", "g"),
      ),
      user(result("b", "2")),
    ];
    const [, first, , second] = asList(contents(messages));
    expect(first).toMatchObject({ parts: [{ thoughtSignature: "c2lnMQ==" }] });
    expect(second).toEqual({
      role: "model",
      parts: [
        { text: "Let me see." },
        { functionCall: { name: "g", args: {} }, thoughtSignature: "c2lnMg==" },
      ],
    });
  });

  it("signs the words a thought led to when it led to no call", () => {
    const thought = { type: "reasoning", text: "", proof: google("c2ln") } as const;
    const [, turn] = asList(contents([user("go"), assistant(thought, "Done."), user("thanks")]));
    expect(turn).toEqual({ role: "model", parts: [{ text: "Done.", thoughtSignature: "c2ln" }] });
  });

  it("keeps other vendors' proofs and thoughts to itself", () => {
    const foreign: Proof = { issuer: "anthropic", kind: "signature", data: "secret" };
    const messages = [
      user("go"),
      assistant({ type: "reasoning", text: "private", proof: foreign }, "ok"),
      user("x"),
    ];
    expect(JSON.stringify(contents(messages))).not.toMatch(/secret|private/);
  });

  it("puts pictures of a result inside it for Gemini 3 and behind all results before", () => {
    const shot: ToolResultPart = {
      ...result("a", "see"),
      parts: [{ type: "text", text: "see" }, PICTURE],
    };
    const messages = [
      user("go"),
      assistant(call("a", "f"), call("b", "g")),
      user(shot, result("b", "2")),
    ];
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    expect(asList(contents(messages)).at(-1)).toMatchObject({
      parts: [
        { functionResponse: { name: "f", parts: [picture] } },
        { functionResponse: { name: "g" } },
      ],
    });
    expect(asList(contents(messages, "gemini-2.5-pro")).at(-1)).toMatchObject({
      parts: [{ functionResponse: { name: "f" } }, { functionResponse: { name: "g" } }, picture],
    });
  });

  it("lets the user speak first", () => {
    expect(asList(contents([assistant("Hello!"), user("hi")]))[0]).toMatchObject({ role: "user" });
  });

  it("sends no empty text", () => {
    expect(asList(contents([user("", "hi"), assistant(""), user("go")]))).toEqual([
      { role: "user", parts: [{ text: "hi" }] },
      { role: "user", parts: [{ text: "go" }] },
    ]);
  });
});

function asList(body: JsonObject) {
  return Array.isArray(body.contents) ? body.contents : [];
}
