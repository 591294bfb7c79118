import { describe, expect, it } from "vitest";
import { removeForeignCitations } from "../../src/providers/claude-citations.ts";
import { adapted } from "./deployment.ts";

const own = {
  type: "web_search_result_location",
  url: "https://a.example",
  title: null,
  cited_text: "a",
  encrypted_index: "EqQB",
};
const foreign = { ...own, encrypted_index: "" };
const document = { type: "char_location", cited_text: "a", document_index: 0 };
const said = (...citations: object[]) => ({ type: "text", text: "a", citations });

describe("pages that Anthropic did not find", () => {
  it("are no longer cited in the history, and everything else stays", () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: [said(foreign), said(own, foreign, document)] },
    ];
    expect(adapted(JSON.stringify({ messages }), removeForeignCitations).json.messages).toEqual([
      messages[0],
      { role: "assistant", content: [{ type: "text", text: "a" }, said(own, document)] },
    ]);
  });

  it("leave every byte alone where there are none", () => {
    const body =
      '{ "messages": [ {"role":"assistant","content":[ {"type":"text","text":"\\u0041"} ]} ] }';
    expect(adapted(body, removeForeignCitations).text).toBe(body);
  });
});
