import { describe, expect, it } from "vitest";
import { NO_USAGE, type ChatEvent } from "../../src/core/chat.ts";
import { createObserver } from "../../src/pipeline/outcome.ts";

const usage = (inputTokens: number, outputTokens: number) => ({
  ...NO_USAGE,
  inputTokens,
  outputTokens,
});

/** What is known after these events, of which one comes every ten milliseconds. */
function observed(...events: ChatEvent[]) {
  return observedBy({ keepsText: false }, events);
}

function observedBy({ keepsText }: { keepsText: boolean }, events: readonly ChatEvent[]) {
  let nowMs = 0;
  const observer = createObserver(() => nowMs, keepsText);
  for (const event of events) {
    nowMs += 10;
    observer.see(event);
  }
  return observer.result();
}

const START: ChatEvent = { type: "start", id: "msg_1", model: "m", usage: usage(100, 1) };
const TEXT: ChatEvent = { type: "block-start", block: 0, opening: { kind: "text" } };
const WORDS: ChatEvent = { type: "block-delta", block: 0, text: "12345" };
const COUNT: ChatEvent = { type: "usage", usage: usage(100, 7) };
const FINISH: ChatEvent = { type: "finish", reason: "stop" };
const END: ChatEvent = { type: "end" };

describe("what was seen of an answer", () => {
  it("is final when the vendor counted and gave its reason, in either order", () => {
    for (const events of [
      [START, TEXT, WORDS, COUNT, FINISH, END],
      [START, WORDS, FINISH, COUNT, END],
    ]) {
      expect(observed(...events)).toMatchObject({
        responseId: "msg_1",
        usage: usage(100, 7),
        usageIsFinal: true,
        outputCharacters: 5,
        finished: true,
      });
    }
  });

  it("is not final by the count that opens an answer", () => {
    expect(observed(START, WORDS, FINISH, END)).toMatchObject({
      usage: usage(100, 1),
      usageIsFinal: false,
      finished: true,
    });
  });

  it("is not final by a count in the middle, as Gemini sends with every piece", () => {
    expect(observed(START, WORDS, COUNT, WORDS)).toMatchObject({
      usageIsFinal: false,
      finished: false,
      outputCharacters: 10,
    });
  });

  it("holds the latest count, not their sum", () => {
    const later: ChatEvent = { type: "usage", usage: usage(100, 9) };
    expect(observed(START, COUNT, later, FINISH).usage).toEqual(usage(100, 9));
  });

  it("begins with the first word, thought or call, not with an empty block", () => {
    expect(observed(START, TEXT).firstTokenAtMs).toBeNull();
    expect(observed(START, TEXT, WORDS, WORDS).firstTokenAtMs).toBe(30);
    const call: ChatEvent = {
      type: "block-start",
      block: 0,
      opening: { kind: "tool-call", id: "c", name: "look" },
    };
    expect(observed(START, call).firstTokenAtMs).toBe(20);
  });

  it("has no id where the vendor gave none", () => {
    expect(observed({ type: "start", id: "", model: "m" }).responseId).toBeNull();
  });
});

describe("the words of an answer", () => {
  const THOUGHT: ChatEvent = { type: "block-start", block: 1, opening: { kind: "reasoning" } };
  const said: ChatEvent[] = [
    TEXT,
    WORDS,
    THOUGHT,
    { type: "block-delta", block: 1, text: "hidden" },
    { type: "block-delta", block: 0, text: "678" },
  ];

  it("are kept where message logging is on, without thoughts", () => {
    expect(observedBy({ keepsText: true }, said).text).toBe("12345678");
  });

  it("are not kept anywhere else", () => {
    expect(observedBy({ keepsText: false }, said).text).toBe("");
  });
});
