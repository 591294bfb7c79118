import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../src/core/chat.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import type { CallerDialect, UpstreamDialect } from "../../src/dialects/dialect.ts";
import { gemini } from "../../src/dialects/gemini/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import { summaryOf } from "./summary.ts";

// OpenAI's models refuse in words that stand apart from the answer. Where a grammar has no such place
// they are the answer, so that nobody is left without a word.

const EVENTS: ChatEvent[] = [
  { type: "start", id: "1", model: "m" },
  { type: "block-start", block: 0, opening: { kind: "refusal" } },
  { type: "block-delta", block: 0, text: "I will " },
  { type: "block-delta", block: 0, text: "not." },
  { type: "block-end", block: 0 },
  { type: "finish", reason: "stop" },
  { type: "end" },
];

const context = { model: "m", id: "1", createdAtMs: 0, streamUsage: true };

const CALLERS: [string, CallerDialect & UpstreamDialect, "text" | "refusal"][] = [
  ["OpenAI's chat", openAiChat, "refusal"],
  ["OpenAI's responses", openAiResponses, "refusal"],
  ["Anthropic", anthropicMessages, "text"],
  ["Gemini", gemini, "text"],
  ["Converse", bedrockConverse, "text"],
];

describe.each(CALLERS)("a refusal to a caller of %s", (_name, dialect, kind) => {
  const wanted = { finish: "stop", blocks: [{ kind, text: "I will not." }] };

  it("is told in a whole answer", () => {
    expect(summaryOf(dialect.readAnswer(dialect.renderAnswer(EVENTS, context)))).toMatchObject(
      wanted,
    );
  });

  it("is told in a stream", () => {
    const writer = dialect.createWriter(context);
    const reader = dialect.createReader();
    const read = EVENTS.flatMap((event) => writer.write(event)).flatMap((one) => reader.read(one));
    expect(summaryOf([...read, ...reader.end()])).toMatchObject(wanted);
  });
});
