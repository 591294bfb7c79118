import { describe, expect, test } from "vitest";
import { createBodyPatch } from "../../src/core/body-patch.ts";
import { removeCacheMarks } from "../../src/providers/cache-marks.ts";

const cache_control = { type: "ephemeral" };

function unmarked(body: object): { body: unknown; dropped: string[] } {
  const dropped: string[] = [];
  const patch = createBodyPatch(JSON.stringify(body));
  removeCacheMarks(patch, dropped);
  return { body: JSON.parse(patch.text()), dropped };
}

describe("cache marks", () => {
  test("leave messages, their parts, tool calls and tools, and the caller is told once", () => {
    const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    const tool = { type: "function", function: { name: "f", parameters: {} } };
    const found = unmarked({
      messages: [
        { role: "system", content: [{ type: "text", text: "long", cache_control }] },
        { role: "assistant", content: null, tool_calls: [{ ...call, cache_control }] },
        { role: "user", content: "Hi", cache_control },
      ],
      tools: [
        { ...tool, cache_control },
        { ...tool, function: { ...tool.function, cache_control } },
      ],
    });
    expect(found.dropped).toEqual(["cache_control"]);
    expect(found.body).toEqual({
      messages: [
        { role: "system", content: [{ type: "text", text: "long" }] },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "user", content: "Hi" },
      ],
      tools: [tool, tool],
    });
  });

  test("of that name inside a tool's parameters are parameters and stay", () => {
    const parameters = { type: "object", properties: { cache_control: { type: "string" } } };
    const body = { tools: [{ type: "function", function: { name: "f", parameters } }] };
    expect(unmarked(body)).toEqual({ body, dropped: [] });
  });

  test("that are not there leave the body's bytes alone", () => {
    const text = '{ "messages": [ {"role":"user","content":"\\u0041"} ], "seed": 1.0 }';
    const patch = createBodyPatch(text);
    removeCacheMarks(patch);
    expect(patch.text()).toBe(text);
  });
});
