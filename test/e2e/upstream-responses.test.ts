import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asArray, asObject } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { eventsOf, objectOf } from "./upstream-client.ts";

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.stop());

function ask(body: JsonObject, vendor: "openai" | "azure" = "openai"): Promise<Response> {
  const { credentials, url } = upstream;
  const isAzure = vendor === "azure";
  return fetch(`${url}${isAzure ? "/azure/openai" : "/openai"}/v1/responses`, {
    method: "POST",
    headers: isAzure
      ? { "api-key": credentials.azureApiKey }
      : { authorization: `Bearer ${credentials.openaiApiKey}` },
    body: JSON.stringify({ model: "gpt-5", input: "hello there", ...body }),
  });
}

const WEATHER = {
  type: "function",
  name: "weather",
  parameters: { type: "object", properties: {} },
};

describe("the stand-in for Responses", () => {
  it("streams numbered events, each item whole at its end, and the response last", async () => {
    const response = await ask({
      stream: true,
      input: 'call:weather {"city":"Kyoto"}',
      tools: [WEATHER],
      include: ["reasoning.encrypted_content"],
    });
    const events = await eventsOf(response);
    expect(events.map((event) => event["sequence_number"])).toEqual(
      events.map((_, index) => index),
    );
    const done = events.filter((event) => event["type"] === "response.output_item.done");
    expect(done.map((event) => event["item"])).toMatchObject([
      { type: "reasoning", summary: [] },
      { type: "function_call", name: "weather", arguments: '{"city":"Kyoto"}' },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: "response.completed",
      response: { status: "completed", output: done.map((event) => event["item"]) },
    });
  });

  it("answers whole, and shows a thought's summary only on request", async () => {
    const hidden = await objectOf(await ask({}));
    expect(asArray(hidden["output"])[0]).toMatchObject({ type: "reasoning", summary: [] });
    const shown = await objectOf(await ask({ reasoning: { summary: "auto" } }, "azure"));
    const [thought] = asArray(shown["output"]).map(asObject);
    expect(asArray(thought?.["summary"])).toHaveLength(1);
    expect(shown).toHaveProperty("content_filters");
  });

  const call = { type: "function_call", call_id: "c", name: "weather", arguments: "{}" };
  const output = { type: "function_call_output", call_id: "c", output: "rain" };

  it.each<[string, JsonObject, string]>([
    ["Chat's name for the length", { max_tokens: 50 }, "Unknown parameter: 'max_tokens'."],
    [
      "Chat's wish for token counts",
      { stream: true, stream_options: { include_usage: true } },
      "Unknown parameter: 'stream_options.include_usage'.",
    ],
    ["an answer too short", { max_output_tokens: 5 }, "Expected a value >= 16"],
    ["a temperature for one that thinks", { temperature: 0 }, "'temperature' is not supported"],
    [
      "encrypted thoughts of one that does not",
      { model: "gpt-4.1", include: ["reasoning.encrypted_content"] },
      "Encrypted content is not supported with this model.",
    ],
    [
      "Chat's nested tools",
      { tools: [{ type: "function", function: { name: "weather" } }] },
      "Missing required parameter: 'tools[0].name'.",
    ],
    [
      "Chat's parts",
      { input: [{ role: "user", content: [{ type: "text", text: "a" }] }] },
      "Invalid value: 'text'.",
    ],
    ["a call nobody answered", { input: [call] }, "No tool output found for function call c."],
    ["a result nobody asked for", { input: [output] }, "No tool call found for function call"],
    [
      "a thought that is not OpenAI's",
      { input: [{ type: "reasoning", id: "rs_1", summary: [], encrypted_content: "c2ln" }, call] },
      "could not be verified",
    ],
    [
      "a thought by its id alone",
      { input: [{ type: "reasoning", id: "rs_1", summary: [] }, call] },
      "Item with id 'rs_1' not found.",
    ],
    [
      "a call without its namespace",
      {
        tools: [{ type: "namespace", name: "ns", tools: [WEATHER] }],
        input: [call, output],
      },
      "Missing namespace for function_call 'weather'.",
    ],
    ["a conversation it does not keep", { previous_response_id: "resp_1" }, "not found"],
  ])("refuses %s", async (_, body, words) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(words);
  });

  it("tells more of Codex to OpenAI than to Azure", async () => {
    const body = { client_metadata: { thread_id: "1" } };
    expect((await ask(body)).status).toBe(200);
    expect((await ask(body, "azure")).status).toBe(400);
  });
});
