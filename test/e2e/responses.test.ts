import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import { asObject, asString, parseJson } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { eventsOf, PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, entry, startWorld, type World } from "./world.ts";

let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => {
      const openai = { api_base: `${url}/openai/v1`, api_key: credentials.openaiApiKey };
      const azure = { api_base: `${url}/azure`, api_key: credentials.azureApiKey };
      return [
        entry("openai-thinking", { model: "openai/gpt-5", ...openai }),
        entry("responses-gpt", { model: "openai/responses/gpt-4.1", ...openai }),
        entry("responses-thinking", { model: "openai/responses/gpt-5", ...openai }),
        entry("responses-azure", { model: "azure/responses/gpt-4o", ...azure }),
      ];
    },
  });
  client = world.openai(await world.gateway.createKey());
});
afterAll(() => world.stop());

type Create = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "stream">;

const TOOL: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "get_weather",
  description: "The weather of a city",
  strict: false,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  },
};

const PLACES = "Please call:get_weather";

async function ask(body: Create, stream: boolean): Promise<OpenAI.Responses.Response> {
  return stream
    ? await client.responses.stream(body).finalResponse()
    : await client.responses.create(body);
}

function firstCall({
  output,
}: OpenAI.Responses.Response): OpenAI.Responses.ResponseFunctionToolCall {
  const call = output.find((item) => item.type === "function_call");
  if (call === undefined) throw new Error(`no call in ${JSON.stringify(output)}`);
  return call;
}

/** A streamed or parsed item carries what its SDK added to it, which the API does not know. */
function asSent(items: OpenAI.Responses.ResponseOutputItem[]): OpenAI.Responses.ResponseInput {
  return items.map((item) => {
    const { parsed_arguments: _, ...rest } = { parsed_arguments: undefined, ...item };
    return rest as OpenAI.Responses.ResponseInputItem;
  });
}

const EVERY_MODEL = [...ALL_MODELS, "openai-thinking", "responses-thinking", "responses-azure"];

describe.each(EVERY_MODEL)("openai SDK's Responses on %s", (model) => {
  test("gets a whole answer with usage and cost", async () => {
    const { data, response } = await client.responses
      .create({ model, input: "Hello there", max_output_tokens: 200 })
      .withResponse();
    expect(data).toMatchObject({ object: "response", status: "completed" });
    expect(data.output_text).toMatch(/\w/);
    expect(data.usage?.input_tokens).toBeGreaterThan(0);
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.input_tokens ?? 0) + (data.usage?.output_tokens ?? 0),
    );
    expect(Number(response.headers.get("x-litellm-response-cost"))).toBeGreaterThan(0);
    expect(response.headers.get("x-litellm-model-id")).toBeTruthy();
  });

  test("streams the same text it answers whole", async () => {
    const body: Create = { model, input: "Say the same thing twice" };
    const whole = await ask(body, false);
    const streamed = await ask(body, true);
    expect(streamed.output_text).toBe(whole.output_text);
    expect(streamed.usage?.output_tokens).toBe(whole.usage?.output_tokens);
  });

  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    const input: OpenAI.Responses.ResponseInput = [
      { role: "developer", content: "You are helpful." },
      { role: "user", content: `${PLACES} {"city":"Tōkyō"}` },
    ];
    const body: Create = {
      model,
      input,
      tools: [TOOL],
      store: false,
      ...(model.includes("thinking") && { include: ["reasoning.encrypted_content"] }),
    };
    const first = await ask(body, stream);
    const call = firstCall(first);
    expect(call.name).toBe("get_weather");
    expect(JSON.parse(call.arguments)).toEqual({ city: "Tōkyō" });

    input.push(...asSent(first.output), {
      type: "function_call_output",
      call_id: call.call_id,
      output: "sunny, 21 degrees",
    });
    const second = await ask(body, stream);
    expect(second.output_text).toContain("sunny, 21 degrees");
    expect(second.status).toBe("completed");
  });
});

const SEEING = EVERY_MODEL.filter((model) => model !== "demo" && model !== "compatible");

describe.each(SEEING)("openai SDK's Responses on %s", (model) => {
  test("shows the model an image, in a question and in a tool's result", async () => {
    const picture = {
      type: "input_image" as const,
      detail: "auto" as const,
      image_url: `data:image/png;base64,${PIXEL}`,
    };
    const asked = await client.responses.create({
      model,
      input: [{ role: "user", content: [{ type: "input_text", text: "What is this?" }, picture] }],
    });
    expect(asked.output_text).toContain("image:image/png:");
    const shown = await client.responses.create({
      model,
      tools: [TOOL],
      input: [
        { role: "user", content: PLACES },
        { type: "function_call", call_id: "call_1", name: "get_weather", arguments: "{}" },
        {
          type: "function_call_output",
          call_id: "call_1",
          output: [{ type: "input_text", text: "a map" }, picture],
        },
      ],
    });
    expect(shown.output_text).toContain("a map");
    const sent = world.upstream.requests.findLast((request) => request.refusal === undefined);
    expect(JSON.stringify(sent?.body)).toContain(PIXEL);
  });

  test("answers by a schema", async () => {
    const answer = await client.responses.create({
      model,
      input: "Is it raining?",
      text: {
        format: {
          type: "json_schema",
          name: "weather",
          strict: true,
          schema: {
            type: "object",
            properties: { rains: { type: "boolean" } },
            required: ["rains"],
            additionalProperties: false,
          },
        },
      },
    });
    expect(JSON.parse(answer.output_text)).toEqual({ rains: true });
  });
});

describe("thoughts in a conversation", () => {
  test.each(["bedrock-claude", "vertex-claude", "anthropic-claude", "gemini-3"])(
    "of %s come back to it with its own proof",
    async (model) => {
      const input: OpenAI.Responses.ResponseInput = [
        { role: "user", content: `${PLACES} {"city":"Oslo"}` },
      ];
      const body: Create = {
        model,
        input,
        tools: [TOOL],
        reasoning: { effort: "high", summary: "auto" },
      };
      const first = await ask(body, true);
      const thoughts = first.output.filter((item) => item.type === "reasoning");
      expect(thoughts.at(-1)?.encrypted_content).toBeTruthy();
      const call = firstCall(first);
      input.push(...asSent(first.output), {
        type: "function_call_output",
        call_id: call.call_id,
        output: "rain",
      });
      world.upstream.reset();
      expect((await ask(body, true)).output_text).toContain("rain");
      const [sent] = world.upstream.requests;
      expect(sent?.refusal).toBeUndefined();
      expect(JSON.stringify(sent?.body)).toMatch(/"(signature|thoughtSignature)":"[^"]/);
    },
  );

  test("do not reach OpenAI when they are another vendor's", async () => {
    const input: OpenAI.Responses.ResponseInput = [
      { role: "user", content: `${PLACES} {"city":"Oslo"}` },
    ];
    const body: Create = {
      model: "bedrock-claude",
      input,
      tools: [TOOL],
      reasoning: { effort: "high", summary: "auto" },
    };
    const first = await ask(body, false);
    const call = firstCall(first);
    input.push(...asSent(first.output), {
      type: "function_call_output",
      call_id: call.call_id,
      output: "rain",
    });
    const { reasoning: _, ...plain } = body;
    const second = await ask({ ...plain, model: "openai-thinking", store: false }, false);
    expect(second.output_text).toContain("rain");
  });
});

describe("a chat caller on a model that is asked over Responses", () => {
  test.each([false, true])("makes a tool round trip (stream: %s)", async (stream) => {
    for (const model of ["responses-gpt", "responses-thinking", "responses-azure"]) {
      world.upstream.reset();
      const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [
        { role: "system", content: "You are helpful." },
        { role: "user", content: `${PLACES} {"city":"Tōkyō"}` },
      ];
      const { name, description, parameters } = TOOL;
      const tool = { name, description: description ?? "", parameters: parameters ?? {} };
      const body = { model, messages, tools: [{ type: "function" as const, function: tool }] };
      const first = stream
        ? await client.chat.completions.stream(body).finalChatCompletion()
        : await client.chat.completions.create(body);
      const said = first.choices[0]?.message;
      const [call] = said?.tool_calls ?? [];
      if (call?.type !== "function") throw new Error("the model did not call the tool");
      expect(first.choices[0]?.finish_reason).toBe("tool_calls");
      const { parsed: _, ...kept } = { parsed: null, ...said };
      messages.push(
        { ...kept, role: "assistant" },
        { role: "tool", tool_call_id: call.id, content: "sunny" },
      );
      const second = await client.chat.completions.create(body);
      expect(second.choices[0]?.message.content).toContain("sunny");
      const paths = world.upstream.requests.map((request) => request.path);
      expect(paths.every((path) => path.endsWith("/v1/responses"))).toBe(true);
      // The thought of the first answer went back where it came from.
      const sent = JSON.stringify(world.upstream.requests.at(-1)?.body);
      expect(sent.includes('"type":"reasoning"')).toBe(model === "responses-thinking");
    }
  });

  test("an Anthropic caller, too, with its thoughts", async () => {
    const anthropic = world.anthropic(await world.gateway.createKey());
    const answer = await anthropic.messages.create({
      model: "responses-thinking",
      max_tokens: 4_000,
      thinking: { type: "enabled", budget_tokens: 2_000 },
      messages: [{ role: "user", content: "Hello there" }],
    });
    expect(answer.content.map((block) => block.type)).toEqual(["thinking", "text"]);
  });
});

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
        // The vendor's own words for a moment's trouble, which agents try again after.
        response: {
          status: "failed",
          error: { code: expect.stringMatching(/^(server_error|rate_limit_exceeded)$/) },
        },
      });
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
    const { request } = await import("node:http");
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

  test("keeps no responses, and says so", async () => {
    await expect(client.responses.retrieve("resp_1")).rejects.toThrow(/keeps no responses/);
    await expect(client.responses.delete("resp_1")).rejects.toThrow(/keeps no responses/);
    await expect(client.responses.cancel("resp_1")).rejects.toThrow(/keeps no responses/);
    await expect(client.responses.inputItems.list("resp_1")).rejects.toThrow(/keeps no responses/);
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
    const response = await post({ model: "openai-gpt", input: "Hi", previous_response_id: "r" });
    expect(response.status).toBe(400);
    const { error } = asObject(await response.json());
    expect(asObject(error)["code"]).toBe("previous_response_not_found");
    expect(asString(asObject(world.upstream.requests[0]?.body)["previous_response_id"])).toBe("r");
  });

  test("is left out with a note when it is the web search Codex always offers", async () => {
    const tools = [{ type: "web_search" }];
    const response = await post({ model: "gemini-2", input: "Hi", tools });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-sekisho-dropped-params")).toContain("tools.web_search");
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
