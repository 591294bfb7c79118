import { describe, expect, it } from "vitest";
import { thrownBy } from "../core/thrown.ts";
import { adapt, HELLO, OPUS_4_6, OPUS_5 } from "./adapt-claude.ts";

describe("turns of a Claude conversation", () => {
  const content = (text: string) => [{ type: "text", text }];
  const marked = (text: string) => ({ type: "text", text: `<system>\n${text}\n</system>` });

  it("fold a system turn into the user turn before it, and never hoist it", () => {
    const system = {
      role: "system",
      content: [{ type: "text", text: "rule", cache_control: { type: "ephemeral" } }],
    };
    expect(adapt({ messages: [...HELLO, system] }).messages).toEqual([
      {
        role: "user",
        content: [...content("hi"), { ...marked("rule"), cache_control: { type: "ephemeral" } }],
      },
    ]);
  });

  it("fold a system turn between a call and its result behind the result", () => {
    const call = {
      role: "assistant",
      content: [{ type: "tool_use", id: "a", name: "f", input: {} }],
    };
    const result = { type: "tool_result", tool_use_id: "a", content: "1" };
    const messages = [
      ...HELLO,
      call,
      { role: "system", content: "rule" },
      { role: "user", content: [result, ...content("go")] },
    ];
    expect(adapt({ messages }).messages).toEqual([
      ...HELLO,
      call,
      { role: "user", content: [result, marked("rule"), ...content("go")] },
    ]);
  });

  it("stand where they are on models that take system turns", () => {
    const messages = [...HELLO, { role: "system", content: "rule" }];
    expect(adapt({ messages }, { model: OPUS_5 }).messages).toEqual(messages);
  });

  it("end with the user on models that continue no answer", () => {
    const messages = [...HELLO, { role: "assistant", content: "{" }];
    expect(adapt({ messages }).messages).toEqual(messages);
    expect(adapt({ messages }, { model: OPUS_4_6 }).messages).toEqual([
      ...messages,
      { role: "user", content: "Continue." },
    ]);
  });

  it("lose their own output_config where its flag is not known", () => {
    const messages = [{ role: "user", content: "hi", output_config: { effort: "low" } }];
    const betas = ["per-turn-control-2026-07-01"];
    expect(adapt({ messages }, { betas }).messages).toEqual(HELLO);
    expect(adapt({ messages }, { betas, surface: "vertex_ai" }).messages).toEqual(messages);
  });

  it.each(["image", "document"])(
    "refuse the URL of an %s by its path, in tool results too",
    (type) => {
      const picture = { type, source: { type: "url", url: "https://example.com/x" } };
      const messages = [
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [picture] }] },
      ];
      const refusal = thrownBy(() => adapt({ messages }));
      expect(refusal.code).toBe("unsupported_parameter");
      expect(refusal.details.param).toBe("messages.0.content.0.content.0.source");
    },
  );

  it("keep a tool's arguments to themselves, however they look", () => {
    const input = { cache_control: { scope: "x" }, source: { type: "url" } };
    const messages = [
      ...HELLO,
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input }] },
      ...HELLO,
    ];
    expect(adapt({ messages }).messages).toEqual(messages);
  });
});
