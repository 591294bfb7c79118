import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../core/ledger/random.ts";
import { mutate, type Tree } from "./mutate.ts";
import { CHAT, MESSAGES, readRefusal } from "./refusal.ts";
import { PIXEL } from "./upstream-client.ts";
import { startWorld, type World } from "./world.ts";

/** Two thousand bodies that were valid until one place was changed: none is worth a 5xx. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

function post(path: string, body: string): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` };
  return fetch(world.gateway.url + path, { method: "POST", headers, body });
}

const CHAT_BODY: Tree = {
  model: "",
  max_tokens: 20,
  stream: false,
  temperature: 0.5,
  stop: ["END"],
  user: "u-1",
  metadata: { tags: ["a"] },
  response_format: { type: "text" },
  tool_choice: { type: "function", function: { name: "look" } },
  tools: [
    {
      type: "function",
      function: {
        name: "look",
        description: "Looks",
        parameters: { type: "object", properties: { at: { type: "string" } } },
      },
    },
  ],
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "c1", content: "a dot" },
  ],
};
const MESSAGES_BODY: Tree = {
  model: "",
  max_tokens: 20,
  stream: false,
  temperature: 0.5,
  stop_sequences: ["END"],
  system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
  metadata: { user_id: "u-1" },
  tool_choice: { type: "tool", name: "look" },
  tools: [
    {
      name: "look",
      description: "Looks",
      input_schema: { type: "object", properties: { at: { type: "string" } } },
    },
  ],
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
      ],
    },
    {
      role: "assistant",
      content: [{ type: "tool_use", id: "toolu_1", name: "look", input: {} }],
    },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "a dot" }],
    },
  ],
};
const models = ["bedrock-claude", "vertex-claude", "openai-gpt", "gemini-2", "demo"];
const bodies: [string, Tree][] = [
  [CHAT, CHAT_BODY],
  [MESSAGES, MESSAGES_BODY],
];
const cases = bodies.flatMap(([path, body]) => models.map((model) => [path, model, body] as const));

test.each(cases)(
  "%s to %s: never a 5xx, and always told what is wrong",
  async (path, model, body) => {
    const random = createRandom(20_261_121);
    const original: Tree = typeof body === "object" ? { ...body, model } : body;
    const work = Array.from({ length: 200 }, () => mutate(original, random));
    const tryOne = async (): Promise<void> => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        const sent = JSON.stringify(next.body);
        const response = await post(path, sent);
        expect(response.status, `${sent.slice(0, 3_000)} → ${response.status}`).toBeLessThan(500);
        if (response.ok) {
          await response.text();
          continue;
        }
        const { message, headers } = await readRefusal(path, response);
        if (headers.get("x-sekisho-error-origin") !== "client") continue;
        if (message.startsWith("Invalid model name")) continue;
        // Nothing else is wrong with the body, so the complaint is about what was changed.
        expect(message.split(/[.:]/)[0], sent.slice(0, 3_000)).toBe(next.field);
      }
    };
    await Promise.all(Array.from({ length: 8 }, tryOne));
  },
);
