import { afterAll, beforeAll, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import { startUpstream, type Upstream } from "../upstream/upstream.ts";

// The stand-in is as strict as Cohere; otherwise the tests against it would prove nothing.

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

const HI = { role: "user", content: "Hi" };
const CALL = { id: "f_1", type: "function", function: { name: "f", arguments: "{}" } };
const ASKED = { role: "assistant", tool_calls: [CALL] };
const ANSWERED = { role: "tool", tool_call_id: "f_1", content: "1" };
const TOOL = {
  type: "function",
  function: { name: "f", parameters: { type: "object", properties: {} } },
};
const DOCUMENT = { id: "a", data: { text: "a" } };

test.each([
  [{ user: "ann" }, 422],
  [{ top_p: 0.5 }, 422],
  [{ n: 1 }, 422],
  [{ stream_options: { include_usage: true } }, 422],
  [{ stream: "yes" }, 400],
  [{ model: "gpt-4o" }, 404],
  [{ model: "" }, 400],
  [{ messages: [] }, 400],
  [{ messages: [{ role: "developer", content: "x" }, HI] }, 400],
  [{ messages: [HI, { role: "system", content: "x" }, HI] }, 400],
  [{ messages: [{ ...HI, name: "ann" }] }, 422],
  [{ messages: [{ role: "user", content: "" }] }, 400],
  [{ messages: [HI, { role: "assistant", content: "a" }] }, 400],
  [{ messages: [{ role: "user", content: [{ type: "file", file: {} }] }] }, 400],
  [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
    400,
  ],
  [{ messages: [HI, ASKED, HI] }, 400],
  [{ messages: [HI, ASKED, { ...ANSWERED, tool_call_id: "of another" }] }, 400],
  [{ messages: [HI, ASKED, { ...ANSWERED, name: "f" }] }, 422],
  [{ messages: [HI, { role: "assistant", tool_plan: "I look.", content: "a" }, HI] }, 400],
  [{ tools: [{ ...TOOL, function: { ...TOOL.function, strict: true } }] }, 422],
  [{ tools: [{ type: "function", function: { name: "f" } }] }, 400],
  [{ tools: [TOOL], strict_tools: true }, 400],
  [{ tools: [TOOL], tool_choice: "auto" }, 400],
  [{ tool_choice: "REQUIRED" }, 400],
  [{ documents: [] }, 400],
  [{ documents: [{ id: "a", text: "a" }] }, 422],
  [{ documents: [DOCUMENT], response_format: { type: "json_object" } }, 400],
  [{ tools: [TOOL], response_format: { type: "json_object" } }, 400],
  [{ response_format: { type: "json_schema" } }, 400],
  [{ safety_mode: "STRICT", documents: [DOCUMENT] }, 400],
  [{ thinking: { type: "enabled" } }, 400],
  [{ max_tokens: 9_000 }, 400],
  [{ temperature: 1.5 }, 400],
  [{ p: 1 }, 400],
  [{ frequency_penalty: 0.5, presence_penalty: 0.5 }, 400],
  [{ stop_sequences: ["1", "2", "3", "4", "5", "6"] }, 400],
])("refuses %j", async (body, status) => {
  const response = await ask(body);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain('"message":');
});

test.each([
  [{}],
  [{ tools: [TOOL], messages: [HI, ASKED, ANSWERED] }],
  [{ model: "command-a-reasoning-08-2025", thinking: { type: "enabled", token_budget: 9 } }],
  [{ documents: ["a", DOCUMENT], citation_options: { mode: "FAST" } }],
  [{ response_format: { type: "json_object" }, safety_mode: "STRICT" }],
])("takes %j", async (body) => {
  expect((await ask(body)).status).toBe(200);
});

test("nobody answers to another's key", async () => {
  expect((await ask({}, otherKey("mistral"))).status).toBe(401);
});

function ask(body: object, key = otherKey("cohere")): Promise<Response> {
  return fetch(`${upstream.url}/cohere/v2/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "command-a-03-2025", stream: false, messages: [HI], ...body }),
  });
}
