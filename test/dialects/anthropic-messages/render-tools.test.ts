import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import { assistant, call, result, text, tool, user } from "../samples.ts";
import { UNFORCEABLE, render } from "./render.ts";

describe("tools for Claude", () => {
  it.each<[string, Partial<ChatRequest>, unknown]>([
    ["auto", { toolChoice: { mode: "auto" } }, { type: "auto" }],
    ["none", { toolChoice: { mode: "none" } }, { type: "none" }],
    ["required", { toolChoice: { mode: "required" } }, { type: "any" }],
    ["one", { toolChoice: { mode: "tool", name: "look" } }, { type: "tool", name: "look" }],
    [
      "one at a time",
      { parallelToolCalls: false },
      { type: "auto", disable_parallel_tool_use: true },
    ],
  ])("are chosen: %s", (_, changes, expected) => {
    expect(render({ tools: [tool], ...changes }).body.tool_choice).toEqual(expected);
  });

  it("are not forced on a model that refuses it", () => {
    const { body, dropped } = render(
      { tools: [tool], toolChoice: { mode: "required" } },
      UNFORCEABLE,
    );
    expect(body.tool_choice).toEqual({ type: "auto" });
    expect(dropped).toContain("tool_choice");
  });

  it("are named again where only the history has them, and may not be called", () => {
    const { body } = render({ messages: [user(text("a")), assistant(call), user(result)] });
    expect(body).toMatchObject({ tools: [{ name: "look" }], tool_choice: { type: "none" } });
  });
});
