import { describe, expect, it } from "vitest";
import type { Part } from "../../../src/core/chat.ts";
import { assistant, call, result, signed, system, text, tool, user } from "../samples.ts";
import { ADAPTIVE, MID_SYSTEM, messagesOf, render } from "./render.ts";

describe("turns for Claude", () => {
  it("have the leading system turns in their own place", () => {
    const { body } = render({
      messages: [system(text("one")), system(text("two")), user(text("hi"))],
    });
    expect(body.system).toEqual([
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ]);
    expect(body.messages).toHaveLength(1);
  });

  it("fold a later system turn into the user's, where the model knows no other way", () => {
    const messages = [
      user(text("a")),
      assistant(text("b")),
      system(text("now French")),
      user(text("c")),
    ];
    expect(messagesOf(messages)).toEqual([
      { role: "user", content: [{ type: "text", text: "a" }] },
      { role: "assistant", content: [{ type: "text", text: "b" }] },
      {
        role: "user",
        content: [
          { type: "text", text: "<system>\nnow French\n</system>" },
          { type: "text", text: "c" },
        ],
      },
    ]);
  });

  it("fold a last system turn, too", () => {
    expect(messagesOf([user(text("a")), system(text("now French"))])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "<system>\nnow French\n</system>" },
        ],
      },
    ]);
  });

  it("keep a later system turn after a user's, where the model takes it", () => {
    const messages = [user(text("a")), system(text("now French"))];
    expect(messagesOf(messages, MID_SYSTEM)).toMatchObject([{ role: "user" }, { role: "system" }]);
    expect(messagesOf([...messages, user(text("c"))], MID_SYSTEM)).toMatchObject([
      { role: "user" },
    ]);
  });

  it("begin with the user and have no blank text", () => {
    expect(messagesOf([assistant(text("hello")), user(text(" \n"))])).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "text", text: "hello" }] },
    ]);
    expect(messagesOf([system(text("alone"))])).toMatchObject([{ role: "user" }]);
  });

  it("end with the assistant only where a model goes on from there", () => {
    const messages = [user(text("a")), assistant(text("Once upon \n"))];
    expect(messagesOf(messages)).toMatchObject([
      {},
      { role: "assistant", content: [{ text: "Once upon" }] },
    ]);
    expect(messagesOf(messages, ADAPTIVE)).toMatchObject([
      {},
      { role: "assistant" },
      { role: "user" },
    ]);
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
      {
        role: "assistant",
        content: [{ type: "tool_use", id: "call_1", name: "look", input: { a: 1 } }],
      },
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
    const messages = [
      user(text("a")),
      assistant({ ...call, id: "a.b:c" }),
      user({ ...result, id: "a.b:c" }),
    ];
    const written = JSON.stringify(messagesOf(messages));
    const [, calledId] = /"id":"([a-zA-Z0-9_-]{1,40})"/.exec(written) ?? [];
    expect(calledId).toBeDefined();
    expect(written).toContain(`"tool_use_id":"${calledId}"`);
  });

  it("give thoughts back to their issuer only", () => {
    const foreign: Part = {
      type: "reasoning",
      text: "x",
      proof: { issuer: "google", kind: "signature", data: "Q2h4" },
    };
    const redacted: Part = {
      type: "reasoning",
      text: "",
      proof: { issuer: "anthropic", kind: "redacted", data: "RW13" },
    };
    const bare: Part = { type: "reasoning", text: "y" };
    expect(
      messagesOf([
        user(text("a")),
        assistant(signed, redacted, foreign, bare, text("b")),
        user(text("c")),
      ]),
    ).toMatchObject([
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
      {
        type: "media",
        kind: "document",
        mediaType: "application/pdf",
        source: { base64: "JVBER" },
        name: "a.pdf",
      },
    ];
    expect(messagesOf([user(...parts)])).toMatchObject([
      {
        content: [
          { type: "image", source: { type: "url", url: "https://e.com/a.png" } },
          {
            type: "document",
            title: "a.pdf",
            source: { type: "base64", media_type: "application/pdf", data: "JVBER" },
          },
        ],
      },
    ]);
  });

  it.each<[string, Part]>([
    [
      "sound",
      { type: "media", kind: "audio", mediaType: "audio/wav", source: { base64: "UklGR" } },
    ],
    [
      "a picture of another type",
      { type: "media", kind: "image", mediaType: "image/tiff", source: { base64: "SUkq" } },
    ],
  ])("refuse %s", (_, part) => {
    expect(() => messagesOf([user(part)])).toThrow(
      expect.objectContaining({ code: "unsupported_parameter" }),
    );
  });

  it("keep the last four cache marks of all", () => {
    const cached = (words: string): Part => ({ type: "text", text: words, cache: { ttl: "1h" } });
    const { body } = render({
      messages: [
        { role: "system", parts: [cached("s")] },
        user(cached("1"), cached("2")),
        assistant(cached("3")),
        user(cached("4")),
      ],
      tools: [{ ...tool, cache: { ttl: "5m" } }],
    });
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(4);
    expect(body.tools).toEqual([{ name: "look", input_schema: { type: "object" } }]);
    expect(body.system).toEqual([{ type: "text", text: "s" }]);
    expect(body.messages).toMatchObject([
      { content: [{ cache_control: { type: "ephemeral", ttl: "1h" } }, {}] },
      {},
      {},
    ]);
  });
});
