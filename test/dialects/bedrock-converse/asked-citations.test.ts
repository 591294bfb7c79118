import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../../src/core/chat.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";

const source = { kind: "web", url: "https://a.example/" } as const;
const EVENTS: ChatEvent[] = [
  { type: "start", id: "1", model: "m" },
  { type: "block-start", block: 0, opening: { kind: "text" } },
  { type: "block-delta", block: 0, text: "Deer." },
  { type: "block-citation", block: 0, citation: { quote: "", source } },
  { type: "block-end", block: 0 },
  { type: "finish", reason: "stop" },
  { type: "end" },
];

function answered(content: JsonObject[]): { whole: JsonObject; streamed: string } {
  const request = { messages: [{ role: "user", content }] };
  const context = { model: "m", id: "1", createdAtMs: 0, streamUsage: true, request };
  const writer = bedrockConverse.createWriter(context);
  const streamed = EVENTS.flatMap((event) => writer.write(event)).map(({ data }) => data);
  return { whole: bedrockConverse.renderAnswer(EVENTS, context), streamed: streamed.join("\n") };
}

describe("words that lean on something", () => {
  it("are plain to a caller who asked for no citations", () => {
    const { whole, streamed } = answered([{ text: "hi" }]);
    expect(whole).toHaveProperty("output.message.content", [{ text: "Deer." }]);
    expect(streamed).toContain("Deer.");
    expect(streamed).not.toContain("citation");
  });

  it.each([
    { document: { name: "a", citations: { enabled: true } } },
    { searchResult: { source: "a", citations: { enabled: true } } },
    { toolResult: { content: [{ document: { name: "a", citations: { enabled: true } } }] } },
  ])("are cited to one who did: %j", (block) => {
    const { whole, streamed } = answered([block, { text: "hi" }]);
    expect(whole).toHaveProperty("output.message.content.0.citationsContent.content", [
      { text: "Deer." },
    ]);
    expect(streamed).toContain("https://a.example/");
  });
});
