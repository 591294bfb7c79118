import { describe, expect, it } from "vitest";
import type { ChatEvent, Citation } from "../../../src/core/chat.ts";
import { isJsonObject, parseJson } from "../../../src/core/json.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import { summaryOf } from "../summary.ts";

const context = { model: "m", id: "1", createdAtMs: 0, streamUsage: false };

/** Claude says each cited claim in a block of its own. */
const claim = (block: number, text: string, citations: Citation[]): ChatEvent[] => [
  { type: "block-start", block, opening: { kind: "text" } },
  { type: "block-delta", block, text },
  ...citations.map((citation): ChatEvent => ({ type: "block-citation", block, citation })),
  { type: "block-end", block },
];
const page = (url: string): Citation => ({ quote: "q", title: "T", source: { kind: "web", url } });
const EVENTS: ChatEvent[] = [
  { type: "start", id: "1", model: "m" },
  ...claim(0, "🗼 is red. ", []),
  ...claim(1, "It is tall.", [page("https://a.example")]),
  ...claim(2, " Yes.", [{ ...page("https://b.example"), span: { start: 1, end: 4 } }]),
  { type: "finish", reason: "stop" },
  { type: "end" },
];
const annotation = (start_index: number, end_index: number, url: string) => ({
  type: "url_citation",
  url_citation: { start_index, end_index, url, title: "T" },
});
const WANTED = [annotation(10, 21, "https://a.example"), annotation(22, 25, "https://b.example")];

describe("annotations", () => {
  it("count over all the words of the message, in characters", () => {
    expect(openAiChat.renderAnswer(EVENTS, context)).toMatchObject({
      choices: [{ message: { content: "🗼 is red. It is tall. Yes.", annotations: WANTED } }],
    });
  });

  it("come in a stream when the words they belong to have been said", () => {
    const writer = openAiChat.createWriter(context);
    const deltas = EVENTS.flatMap((event) => writer.write(event))
      .map(({ data }) => parseJson(data))
      .flatMap((chunk) =>
        isJsonObject(chunk) && Array.isArray(chunk.choices) ? chunk.choices : [],
      )
      .map((choice) => (isJsonObject(choice) ? choice.delta : undefined));
    expect(deltas).toEqual([
      { role: "assistant", content: "" },
      { content: "🗼 is red. " },
      { content: "It is tall." },
      { annotations: WANTED.slice(0, 1) },
      { content: " Yes." },
      { annotations: WANTED.slice(1) },
      {},
    ]);
  });

  it("are no member of an answer that leans on nothing", () => {
    const events = EVENTS.filter((event) => event.type !== "block-citation");
    expect(JSON.stringify(openAiChat.renderAnswer(events, context))).not.toContain("annotations");
  });

  it("that reach back into words before a thought belong to the words after it", () => {
    const reader = openAiChat.createReader();
    const chunks = [
      { content: "first " },
      { reasoning_content: "hm" },
      { content: "second", annotations: [annotation(3, 12, "https://a.example")] },
      { annotations: [annotation(0, 5, "https://of-the-first.example")] },
    ].map((delta) => ({ id: "1", choices: [{ delta }] }));
    const last = { id: "1", choices: [{ delta: {}, finish_reason: "stop" }] };
    const events = [...chunks, last].flatMap((one) => reader.read({ data: JSON.stringify(one) }));
    expect(summaryOf([...events, ...reader.end()]).blocks).toMatchObject([
      { text: "first " },
      { text: "hm" },
      { text: "second", citations: [{ source: { url: "https://a.example" } }] },
    ]);
    expect(JSON.stringify(events)).not.toContain("of-the-first");
  });
});
