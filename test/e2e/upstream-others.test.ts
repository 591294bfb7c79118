import { afterAll, beforeAll, expect, test } from "vitest";
import { otherKey } from "../upstream/others.ts";
import { startUpstream, type Upstream } from "../upstream/upstream.ts";

// The stand-ins are as strict as their vendors; otherwise the tests against them would prove nothing.

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

const CALL = { id: "toolu_1", type: "function", function: { name: "f", arguments: "{}" } };
const HI = { role: "user", content: "Hi" };

test.each([
  ["mistral/v1", { store: false }, 422],
  ["mistral/v1", { max_completion_tokens: 5 }, 422],
  ["mistral/v1", { stream_options: { include_usage: true } }, 422],
  ["mistral/v1", { tools: [] }, 422],
  ["mistral/v1", { messages: [{ role: "user", content: "Hi", name: "ann" }] }, 422],
  ["mistral/v1", { messages: [HI, { role: "assistant", tool_calls: [CALL] }] }, 422],
  ["groq/openai/v1", { n: 2 }, 400],
  ["groq/openai/v1", { logit_bias: {} }, 400],
  ["groq/openai/v1", { messages: [{ ...HI, name: "ann" }] }, 400],
  ["together/v1", { messages: [{ role: "developer", content: "x" }] }, 400],
  ["fireworks/inference/v1", {}, 400],
  ["perplexity", { messages: [HI, HI] }, 400],
  ["deepseek", { model: "deepseek-v4", messages: [HI, { role: "assistant", content: "x" }] }, 400],
  ["xai/v1", { logit_bias: {} }, 400],
  ["cloudflare/client/v4/accounts/standin/ai/v1", { metadata: {} }, 400],
  ["huggingface/v1", { stop: ["1", "2", "3", "4", "5"] }, 400],
  ["nvidia/v1", { user: "u" }, 422],
  ["cohere/compatibility/v1", { parallel_tool_calls: true }, 400],
  ["ollama/v1", { messages: [] }, 400],
])("%s refuses %j", async (path, body, status) => {
  const response = await ask(path, { model: "m", messages: [HI], ...body });
  expect(response.status).toBe(status);
});

test("nobody answers to another's key", async () => {
  const response = await fetch(`${upstream.url}/groq/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${otherKey("mistral")}` },
    body: "{}",
  });
  expect(response.status).toBe(401);
});

test.each([
  ["/cohere/v2/embed", { model: "m", texts: ["a"] }],
  ["/cohere/v2/embed", { model: "m", texts: ["a"], input_type: "search_query", user: "u" }],
  ["/mistral/v1/embeddings", { model: "m", input: "a", encoding_format: "float" }],
  ["/cohere/v2/rerank", { model: "m", query: "q", documents: ["a"], input: "x" }],
])("%s refuses %j", async (path, body) => {
  const response = await fetch(upstream.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${otherKey(path.split("/")[1] ?? "")}` },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
});

function ask(path: string, body: object): Promise<Response> {
  return fetch(`${upstream.url}/${path}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${otherKey(path.split("/")[0] ?? "")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
}
