import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { createSseDecoder } from "../../src/dialects/framing/sse.ts";
import { demo } from "../../src/providers/demo.ts";
import { objectIn } from "../core/parsed.ts";
import { rejectionOf } from "../core/thrown.ts";
import { callOf, deploymentOf, TOOLS } from "./deployment.ts";

const deployment = deploymentOf("demo/parrot");

function ask(body: JsonObject, stream = false): Response {
  const call = callOf(deployment, { stream });
  const messages = [{ role: "user", content: "hello there" }];
  const response = demo.answerLocally?.({ messages, ...body }, call);
  if (!response) throw new Error("the demo model did not answer");
  return response;
}

async function chunks(response: Response): Promise<JsonObject[]> {
  const decoder = createSseDecoder();
  const bytes = new Uint8Array(await response.arrayBuffer());
  const frames = [...decoder.push(bytes), ...decoder.end()];
  expect(frames.at(-1)).toEqual({ data: "[DONE]" });
  return frames.slice(0, -1).map(({ data }) => objectIn(data));
}

const WORDS = "This is Sekisho's built-in demo model; no vendor was called. You said: hello there";
const TOOL = { type: "function", function: { name: "weather", parameters: {} } };
const USAGE = { prompt_tokens: 11, completion_tokens: 14, total_tokens: 25 };

describe("the demo model", () => {
  it("says that it is one, and what it was told", async () => {
    expect(await ask({}).json()).toMatchObject({
      object: "chat.completion",
      model: "parrot",
      choices: [
        { index: 0, message: { role: "assistant", content: WORDS }, finish_reason: "stop" },
      ],
      usage: USAGE,
    });
  });

  it("streams the same words one by one, and its usage at the end", async () => {
    const events = await chunks(ask({}, true));
    const said = WORDS.split(/(?<= )/);
    expect(events).toMatchObject([
      { choices: [{ delta: { role: "assistant", content: "" }, finish_reason: null }] },
      ...said.map((content) => ({ choices: [{ delta: { content }, finish_reason: null }] })),
      { choices: [{ delta: {}, finish_reason: "stop" }] },
      { choices: [], usage: USAGE },
    ]);
  });

  it("is incremental, and stops when nobody listens any more", async () => {
    const reader = ask({}, true).body?.getReader();
    const first: unknown = (await reader?.read())?.value;
    const text = first instanceof Uint8Array ? new TextDecoder().decode(first) : "";
    expect(text.match(/^data: /gm)).toHaveLength(1);
    await reader?.cancel();
    expect((await reader?.read())?.done).toBe(true);
  });

  it.each(["max_tokens", "max_completion_tokens"])("keeps to %s", async (name) => {
    expect(await ask({ [name]: 3 }).json()).toMatchObject({
      choices: [{ message: { content: "This is Sekisho's " }, finish_reason: "length" }],
      usage: { completion_tokens: 3 },
    });
  });

  const question = [{ role: "user", content: 'call:weather {"city":"Kyoto"}' }];
  const calling = { name: "weather", arguments: '{"city":"Kyoto"}' };

  it("calls a tool it was offered when it is told to", async () => {
    const called = { id: "call_demo_1", type: "function", function: calling };
    expect(await ask({ messages: question, tools: [TOOL] }).json()).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [called] }, finish_reason: "tool_calls" }],
    });
    expect(await chunks(ask({ messages: question, tools: [TOOL] }, true))).toMatchObject([
      { choices: [{ delta: { role: "assistant", content: null } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, ...called }] } }] },
      { choices: [{ delta: {}, finish_reason: "tool_calls" }] },
      { choices: [] },
    ]);
  });

  it("calls no tool that was not offered, and none twice", async () => {
    expect(await ask({ messages: question }).json()).toMatchObject({
      choices: [{ finish_reason: "stop" }],
    });
    const result = { role: "tool", tool_call_id: "x", content: "rain" };
    const answered = [...question, { role: "assistant", tool_calls: [] }, result];
    expect(await ask({ messages: answered, tools: [TOOL] }).text()).toContain(
      "The tool said: rain",
    );
  });

  it("reads words out of parts", async () => {
    const picture = { type: "image_url", image_url: { url: "x" } };
    const content = [{ type: "text", text: "one" }, picture, { type: "text", text: "two" }];
    expect(await ask({ messages: [{ role: "user", content }] }).text()).toContain("one\\ntwo");
  });

  it("needs no credential and has no address", async () => {
    expect(demo.missing(deployment)).toEqual([]);
    const refusal = await rejectionOf(demo.prepare(callOf(deployment), "{}", TOOLS));
    expect(refusal.code).toBe("internal_error");
  });
});
