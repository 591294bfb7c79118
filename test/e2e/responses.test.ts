import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PIXEL } from "./upstream-client.ts";
import { ALL_MODELS, CONVERSES, entry, startWorld, type World } from "./world.ts";

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
});

/** Most models of Converse are only asked in words to keep to a schema. */
const KEEPING_TO_SCHEMAS = SEEING.filter((model) => !CONVERSES.includes(model));

describe.each(KEEPING_TO_SCHEMAS)("openai SDK's Responses on %s", (model) => {
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
