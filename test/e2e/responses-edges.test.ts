import { request } from "node:http";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asObject, asString, parseJson } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import type { Behaviour } from "../upstream/script.ts";
import { eventsOf } from "./upstream-client.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld();
  client = world.openai(await world.gateway.createKey());
});
afterAll(() => world.stop());

async function post(body: JsonObject, path = "/v1/responses"): Promise<Response> {
  const key = await world.gateway.createKey({ max_budget: 100 });
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** The events that came before the connection ended, however it ended. */
async function eventsUntilCut(response: Response): Promise<JsonObject[]> {
  const decoder = new TextDecoder();
  let text = "";
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
    throw new Error(`the connection ended as if nothing had happened: ${text}`);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("the connection")) throw error;
  }
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => asObject(parseJson(line.slice("data: ".length))));
}

const BREAKAGES: [string, Behaviour][] = [
  ["is cut", { cutAt: 8 }],
  ["ends cleanly without its final event", { cleanEndAt: 8 }],
  ["reports an error inside", { errorAt: 8 }],
];

describe.each(["openai-gpt", "azure-v1", "bedrock-claude", "gemini-2", "compatible"])(
  "a Responses stream of %s",
  (model) => {
    test.each(BREAKAGES)("that %s fails, and never looks complete", async (_, behaviour) => {
      world.upstream.reset();
      world.upstream.script({}, [{ ...behaviour, paceMs: 2 }]);
      const response = await post({ model, input: "tokens:60 please", stream: true });
      const events = await eventsUntilCut(response);
      const ids = events.map((event) => asObject(event["response"])["id"]).filter(Boolean);
      expect(new Set(ids).size).toBe(1);
      expect(events.map((event) => event["type"])).not.toContain("response.completed");
      expect(events.at(-1)).toMatchObject({
        type: "response.failed",
        response: { status: "failed" },
      });
      const { error } = asObject(events.at(-1)?.["response"]);
      // Words for a moment's trouble, after which agents try again.
      expect(asObject(error)["code"]).toMatch(/^(server_error|rate_limit_exceeded)$/);
    });
  },
);

describe("Responses at other addresses", () => {
  test.each([
    "/responses",
    "/openai/v1/responses",
    "/openai/responses",
    "/azure/openai/v1/responses",
  ])("answers at %s", async (path) => {
    const response = await post({ model: "demo", input: "Hi", stream: true }, path);
    const events = await eventsOf(response);
    expect(events.at(-1)).toMatchObject({ type: "response.completed" });
  });

  test("takes the model from Azure's path", async () => {
    const path = "/openai/deployments/demo/responses?api-version=2025-04-01-preview";
    const response = await post({ input: "Hi" }, path);
    expect(await response.json()).toMatchObject({ object: "response", model: "demo" });
  });

  test("refuses a WebSocket with the one status Codex falls back from at once", async () => {
    const { hostname, port } = new URL(world.gateway.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      };
      const asked = request({ hostname, port, path: "/v1/responses", headers });
      asked.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on("upgrade", () => reject(new Error("the socket was opened")));
      asked.on("error", reject);
      asked.end();
    });
    expect(status).toBe(426);
  });

  test("answers a plain GET that nothing is there to be read", async () => {
    const response = await fetch(`${world.gateway.url}/v1/responses`);
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("knows no response by an id it did not give", async () => {
    const none = /No response of yours is kept/;
    await expect(client.responses.retrieve("resp_1")).rejects.toThrow(none);
    await expect(client.responses.delete("resp_1")).rejects.toThrow(none);
    await expect(client.responses.cancel("resp_1")).rejects.toThrow(none);
    await expect(client.responses.inputItems.list("resp_1")).rejects.toThrow(none);
  });
});

describe("what only OpenAI has", () => {
  test("is refused by name for another vendor's model", async () => {
    const response = await post({
      model: "bedrock-claude",
      input: "Hi",
      previous_response_id: "r",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: "previous_response_id", code: "unsupported_parameter" },
    });
  });

  test("goes to OpenAI as it is, and its refusal comes back in its own words", async () => {
    world.upstream.reset();
    const input = [{ type: "item_reference", id: "msg_1" }];
    const response = await post({ model: "openai-gpt", input });
    expect(response.status).toBe(400);
    expect(asString(asObject(asObject(await response.json())["error"])["message"])).toMatch(
      /^Item with id 'msg_1' not found\./,
    );
    expect(asObject(world.upstream.requests[0]?.body)["input"]).toEqual(input);
  });

  test("is left out with a note when it is the web search Codex always offers", async () => {
    const tools = [{ type: "web_search" }];
    const response = await post({ model: "gemini-2", input: "Hi", tools });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-sekisho-dropped-params")).toContain("tools.web_search");
  });

  test("is not paid for where it is left out", async () => {
    // A search could fill the whole context; this budget pays for a few words.
    const key = await world.gateway.createKey({ max_budget: 0.05 });
    const asked = { input: "Hi", max_output_tokens: 100, tools: [{ type: "web_search" as const }] };
    const sdk = world.openai(key);
    const answer = await sdk.responses.create({ ...asked, model: "bedrock-claude" });
    expect(answer.status).toBe("completed");
    await expect(sdk.responses.create({ ...asked, model: "openai-gpt" })).rejects.toMatchObject({
      status: 429,
      code: "insufficient_quota",
    });
  });

  test("is recorded as a call of its own kind", async () => {
    const key = await world.gateway.createKey();
    await world.openai(key).responses.create({ model: "openai-gpt", input: "Hi" });
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({ status: "success", usage_source: "reported" });
    expect(row?.cost_nano_usd).toBeGreaterThan(0);
    expect(row).toMatchObject({ call_type: "aresponses", route: "/v1/responses" });
  });
});
