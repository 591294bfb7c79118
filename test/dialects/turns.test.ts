import { describe, expect, it } from "vitest";
import type { Part } from "../../src/core/chat.ts";
import { assistant, system, text, user } from "./samples.ts";
import { orderedTurns } from "../../src/dialects/turns.ts";

const call = (id: string): Part => ({ type: "tool-call", id, name: "look", arguments: "{}" });
const result = (id: string): Part => ({
  type: "tool-result",
  id,
  parts: [{ type: "text", text: `of ${id}` }],
  isError: false,
});
const interrupted = (id: string): Part => ({
  type: "tool-result",
  id,
  parts: [text("The tool call was interrupted.")],
  isError: true,
});

describe("orderedTurns", () => {
  it("joins neighbours of one role", () => {
    expect(
      orderedTurns([user(text("a")), user(text("b")), assistant(text("c")), assistant(text("d"))]),
    ).toEqual([user(text("a"), text("b")), assistant(text("c"), text("d"))]);
  });

  it("joins neighbours that call tools before it looks for the results", () => {
    const turns = [assistant(call("1")), assistant(call("2")), user(result("2"), result("1"))];
    expect(orderedTurns(turns)).toEqual([
      assistant(call("1"), call("2")),
      user(result("1"), result("2")),
    ]);
  });

  it("puts results into the turn after their calls, in call order, before other words", () => {
    const turns = [
      assistant(call("1"), call("2")),
      user(text("also"), result("2")),
      user(result("1"), text("thanks")),
    ];
    expect(orderedTurns(turns)).toEqual([
      assistant(call("1"), call("2")),
      user(result("1"), result("2"), text("also"), text("thanks")),
    ]);
  });

  it("keeps system turns in place, but not between a call and its result", () => {
    const turns = [
      system(text("s")),
      user(text("a")),
      assistant(call("1")),
      system(text("t")),
      user(result("1")),
    ];
    expect(orderedTurns(turns)).toEqual([
      system(text("s")),
      user(text("a")),
      assistant(call("1")),
      user(result("1")),
      system(text("t")),
    ]);
  });

  it("answers calls nobody answered, so that the history stays legal", () => {
    expect(
      orderedTurns([assistant(call("1"), call("2")), user(result("2"), text("stop"))]),
    ).toEqual([assistant(call("1"), call("2")), user(interrupted("1"), result("2"), text("stop"))]);
    expect(orderedTurns([user(text("a")), assistant(call("1"))])).toEqual([
      user(text("a")),
      assistant(call("1")),
      user(interrupted("1")),
    ]);
  });

  it("turns results nobody asked for into words", () => {
    expect(orderedTurns([user(result("9"), text("a"))])).toEqual([user(text("of 9"), text("a"))]);
  });

  it("pairs calls of different turns that share an id", () => {
    const turns = [
      assistant(call("1")),
      user(result("1")),
      assistant(call("1")),
      user(result("1")),
    ];
    expect(orderedTurns(turns)).toEqual(turns);
  });

  it("drops empty turns and leaves its input alone", () => {
    const turns = [user(text("a")), assistant(), user(result("1"))];
    const copy = structuredClone(turns);
    expect(orderedTurns(turns)).toEqual([user(text("a"), text("of 1"))]);
    expect(turns).toEqual(copy);
  });
});
