import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { thrownBy } from "../../core/thrown.ts";
import { assistant, call, result, signed, system, text, tool, user } from "../samples.ts";
import { CLAUDE, LLAMA, MISTRAL, NOVA, rendered, turns } from "./render.ts";

const image = (base64 = "iVBOR") => ({
  type: "media" as const,
  kind: "image" as const,
  mediaType: "image/png",
  source: { base64 },
});
const pdf = (name?: string) => ({
  type: "media" as const,
  kind: "document" as const,
  mediaType: "application/pdf",
  source: { base64: "JVBER" },
  name,
});

describe("a conversation for Converse", () => {
  it("says neither the model nor whether it is streamed", () => {
    expect(rendered({ stream: true }).body).toEqual({
      messages: [{ role: "user", content: [{ text: "hi" }] }],
    });
  });

  it("has its first system words in front, and later ones in the user's turn", () => {
    const { body } = rendered({
      messages: [system(text("be brief")), user(text("a")), system(text("now French"))],
    });
    expect(body).toMatchObject({
      system: [{ text: "be brief" }],
      messages: [
        { role: "user", content: [{ text: "a" }, { text: "<system>\nnow French\n</system>" }] },
      ],
    });
  });

  it("alternates, begins and ends with the user, and has no blank words", () => {
    expect(turns([assistant(text("a")), assistant(text(" ")), assistant(text("b"))])).toEqual([
      { role: "user", content: [{ text: "(The conversation begins here.)" }] },
      { role: "assistant", content: [{ text: "a" }, { text: "b" }] },
      { role: "user", content: [{ text: "Continue." }] },
    ]);
  });

  it("may be begun for a model that goes on with it, without trailing white space", () => {
    const ended = turns([user(text("a")), assistant(text("b \n"))], CLAUDE);
    expect(ended).toEqual([
      { role: "user", content: [{ text: "a" }] },
      { role: "assistant", content: [{ text: "b" }] },
    ]);
  });

  it("holds pictures and documents, each document under a legal name of its own", () => {
    expect(
      turns([user(image(), pdf("My_file (1).pdf"), pdf("My file (1) pdf"), pdf(), text("?"))]),
    ).toEqual([
      {
        role: "user",
        content: [
          { image: { format: "png", source: { bytes: "iVBOR" } } },
          { document: { format: "pdf", name: "My file (1) pdf", source: { bytes: "JVBER" } } },
          { document: { format: "pdf", name: "My file (1) pdf (2)", source: { bytes: "JVBER" } } },
          { document: { format: "pdf", name: "document", source: { bytes: "JVBER" } } },
          { text: "?" },
        ],
      },
    ]);
  });

  it("says a word about a document nobody said one about", () => {
    expect(turns([user(pdf("a"))])).toMatchObject([
      { content: [{ document: { name: "a" } }, { text: "(See the document.)" }] },
    ]);
  });

  it.each([
    ["an address", { ...image(), source: { url: "https://e.com/a.png" } }, "no URLs"],
    ["an unknown format", { ...image(), mediaType: "image/tiff" }, "image/tiff"],
    ["sound", { ...image(), kind: "audio" as const, mediaType: "audio/wav" }, "no audio"],
  ])("refuses %s", (_, part, words) => {
    const error = thrownBy(() => turns([user(part)]));
    expect(error.code).toBe("unsupported_parameter");
    expect(error.message).toContain(words);
  });
});

describe("thoughts", () => {
  const history = [user(text("a")), assistant(signed, text("b")), user(text("c"))];

  it("that Claude signed go back to Claude and to nobody else", () => {
    const thought = { reasoningContent: { reasoningText: { text: "hm", signature: "c2ln" } } };
    expect(turns(history, CLAUDE)).toMatchObject([{}, { content: [thought, { text: "b" }] }, {}]);
    expect(turns(history, NOVA)).toMatchObject([{}, { content: [{ text: "b" }] }, {}]);
  });

  it("that are unsigned, or another vendor's, go back to nobody", () => {
    const google = { issuer: "google" as const, kind: "signature" as const, data: "Q2h4" };
    const foreign = assistant(
      { type: "reasoning", text: "x" },
      { ...signed, proof: google },
      text("b"),
    );
    expect(turns([user(text("a")), foreign, user(text("c"))], CLAUDE)).toMatchObject([
      {},
      { content: [{ text: "b" }] },
      {},
    ]);
  });
});

describe("tools", () => {
  const past = [user(text("a")), assistant(call), user(result)];

  it("are described; a blank description is left out and a schema is always an object's", () => {
    const tools = [
      { ...tool, description: "looks", strict: true },
      { name: "b", description: " ", schema: {} },
    ];
    const { body, dropped } = rendered({ tools });
    expect(body.toolConfig).toEqual({
      tools: [
        {
          toolSpec: {
            name: "look",
            description: "looks",
            inputSchema: { json: { type: "object" } },
          },
        },
        { toolSpec: { name: "b", inputSchema: { json: { type: "object" } } } },
      ],
    });
    expect(dropped).toEqual(["strict"]);
  });

  it("are named again when only the history uses them", () => {
    const { body } = rendered({ messages: past });
    expect(body.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: "look" } }] });
    expect(body.system).toEqual([{ text: "Answer without calling any tool." }]);
  });

  it("that must not be called are not shown, unless the history uses them", () => {
    const none = { tools: [tool], toolChoice: { mode: "none" as const } };
    expect(rendered(none).body).not.toHaveProperty("toolConfig");
    const { body } = rendered({ ...none, messages: past });
    expect(body.toolConfig).not.toHaveProperty("toolChoice");
    expect(body.system).toEqual([{ text: "Answer without calling any tool." }]);
  });

  it.each([
    [NOVA, "required", { any: {} }, []],
    [NOVA, "tool", { tool: { name: "look" } }, []],
    [MISTRAL, "tool", { any: {} }, ["tool_choice"]],
    [LLAMA, "required", undefined, ["tool_choice"]],
    [LLAMA, "auto", undefined, []],
    ["us.anthropic.claude-opus-5-5", "required", undefined, ["tool_choice"]],
  ] as const)("are forced on %s as far as it hears it: %s", (model, mode, choice, names) => {
    const toolChoice = mode === "tool" ? { mode, name: "look" } : { mode };
    const { body, dropped } = rendered({ tools: [tool], toolChoice }, model);
    expect(body.toolConfig).toMatchObject(choice ? { toolChoice: choice } : {});
    if (!choice) expect(body.toolConfig).not.toHaveProperty("toolChoice");
    expect(dropped).toEqual(names);
  });

  it("have ids of nine letters and digits at Mistral, the same for call and result", () => {
    const [, asked, answered] = turns(past, MISTRAL) as JsonObject[];
    const [, id = ""] = /"toolUseId":"([^"]*)"/.exec(JSON.stringify(asked)) ?? [];
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(answered).toMatchObject({
      content: [{ toolResult: { toolUseId: id, content: [{ text: "seen" }] } }],
    });
  });

  const failed = { ...result, isError: true, parts: [text("no"), image()] };
  const withResult = (one: typeof result) => [user(text("a")), assistant(call), user(one)];

  it("may fail, and show pictures, where the model understands that", () => {
    expect(turns(withResult(failed), NOVA)).toMatchObject([
      {},
      {},
      {
        content: [
          {
            toolResult: {
              status: "error",
              content: [{ text: "no" }, { image: { format: "png" } }],
            },
          },
        ],
      },
    ]);
  });

  it("say so in words elsewhere, and their pictures follow the results", () => {
    expect(turns(withResult(failed), LLAMA)).toEqual([
      { role: "user", content: [{ text: "a" }] },
      {
        role: "assistant",
        content: [{ toolUse: { toolUseId: "call_1", name: "look", input: { a: 1 } } }],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "call_1", content: [{ text: "Error:" }, { text: "no" }] } },
          { image: { format: "png", source: { bytes: "iVBOR" } } },
        ],
      },
    ]);
  });

  it("that said nothing did at least answer", () => {
    expect(turns(withResult({ ...result, parts: [] }))).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [{ text: "(no output)" }] } }] },
    ]);
  });
});
