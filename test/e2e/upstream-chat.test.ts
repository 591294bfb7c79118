import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asArray, asObject } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
  PIXEL,
  createCaller,
  errorOf,
  eventsOf,
  firstChoice,
  objectOf,
} from "./upstream-client.ts";
import type { Caller } from "./upstream-client.ts";

const WEATHER = {
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: {} } },
};

let upstream: Upstream;
let call: Caller;
beforeAll(async () => {
  upstream = await startUpstream();
  call = createCaller(upstream);
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.stop());

describe("OpenAI", () => {
  it("sends a usage chunk without choices only when asked, and [DONE] last", async () => {
    const asked = await call.openai({ stream: true, stream_options: { include_usage: true } });
    const text = await asked.clone().text();
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const chunks = await eventsOf(asked);
    expect(firstChoice(chunks[0] ?? {})["delta"]).toMatchObject({ role: "assistant", content: "" });
    expect(chunks[0]?.["usage"]).toBeNull();
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
    const plain = await eventsOf(await call.openai({ stream: true }));
    expect(plain.at(-1)).not.toHaveProperty("usage");
    expect(firstChoice(plain.at(-1) ?? {})["finish_reason"]).toBe("stop");
  });

  it("streams a tool call with its name once and its arguments in pieces", async () => {
    const messages = [{ role: "user", content: 'call:weather {"city":"Kyoto"}' }];
    const chunks = await eventsOf(await call.openai({ messages, tools: [WEATHER], stream: true }));
    const deltas = chunks
      .map((chunk) => asObject(asArray(asObject(firstChoice(chunk)["delta"])["tool_calls"])[0]))
      .filter((delta) => "index" in delta);
    expect(deltas.filter((delta) => "id" in delta)).toHaveLength(1);
    expect(deltas.map((delta) => asObject(delta["function"])["arguments"]).join("")).toBe(
      '{"city":"Kyoto"}',
    );
    expect(firstChoice(chunks.at(-1) ?? {})["finish_reason"]).toBe("tool_calls");
  });

  it("answers a picture, a schema and several choices", async () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } };
    const seen = await objectOf(
      await call.openai({
        messages: [{ role: "user", content: [{ type: "text", text: "look" }, image] }],
      }),
    );
    expect(firstChoice(seen)["message"]).toMatchObject({
      content: "You said: look image:image/png:70 bytes",
    });
    const schema = {
      type: "object",
      properties: { ok: { type: "boolean" } },
      additionalProperties: false,
      required: ["ok"],
    };
    const format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
    const formatted = await objectOf(await call.openai({ response_format: format, n: 2 }));
    expect(asArray(formatted["choices"])).toHaveLength(2);
    expect(firstChoice(formatted)["message"]).toMatchObject({ content: '{"ok":true}' });
  });

  it("refuses with its own words, parameter and code", async () => {
    const cases: [JsonObject, string, string | null, string | null][] = [
      [{ top_k: 5 }, "Unrecognized request argument supplied: top_k", null, null],
      [
        { stream_options: { include_usage: true } },
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        "stream_options",
        null,
      ],
      [
        { model: "o3", max_tokens: 5 },
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
        "unsupported_parameter",
      ],
      [
        { model: "o3", temperature: 0 },
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        "temperature",
        "unsupported_value",
      ],
      [
        { model: "o3", stop: ["a"] },
        "Unsupported parameter: 'stop' is not supported with this model.",
        "stop",
        "unsupported_parameter",
      ],
      [
        { tools: [] },
        "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        "tools",
        "empty_array",
      ],
      [
        { messages: [{ role: "user", content: "a", cache_control: {} }] },
        "Unknown parameter: 'messages[0].cache_control'.",
        "messages[0].cache_control",
        "unknown_parameter",
      ],
      [
        { messages: [{ role: "human", content: "a" }] },
        expect.stringContaining("Invalid value: 'human'"),
        "messages[0].role",
        "invalid_value",
      ],
      [
        { messages: [{ role: "tool", content: "a", tool_call_id: "x" }] },
        expect.stringContaining("must be a response to a preceeding message"),
        "messages.[0].role",
        null,
      ],
      [
        { max_tokens: 40_000 },
        "max_tokens is too large: 40000. This model supports at most 32768 completion tokens, whereas you provided 40000.",
        "max_tokens",
        "invalid_value",
      ],
    ];
    for (const [body, message, param, code] of cases) {
      const response = await call.openai(body);
      expect([response.status, await objectOf(response)]).toEqual([
        400,
        { error: { message, type: "invalid_request_error", param, code } },
      ]);
    }
    expect((await call.openai({ model: "gpt-9" })).status).toBe(404);
    expect((await fetch(`${upstream.url}/openai/v1/models`)).status).toBe(401);
    expect((await call.openai({ model: "gpt-5.1", temperature: 0 })).status).toBe(200);
  });

  it("wants every call answered directly behind the turn that made it", async () => {
    const assistant = {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } },
      ],
    };
    const user = { role: "user", content: "hi" };
    const result = { role: "tool", tool_call_id: "call_1", content: "sunny" };
    const answered = await objectOf(
      await call.openai({ messages: [user, assistant, result], tools: [WEATHER] }),
    );
    expect(firstChoice(answered)["message"]).toMatchObject({ content: "The tool said: sunny" });
    expect(
      await errorOf(
        await call.openai({ messages: [user, assistant, user, result], tools: [WEATHER] }),
      ),
    ).toContain("did not have response messages: call_1");
  });

  it("caches long prefixes by itself", async () => {
    const messages = [
      { role: "system", content: "s".repeat(8192) },
      { role: "user", content: "hi" },
    ];
    const cached = async (): Promise<unknown> =>
      asObject((await objectOf(await call.openai({ messages })))["usage"])["prompt_tokens_details"];
    expect(await cached()).toMatchObject({ cached_tokens: 0 });
    expect(await cached()).toMatchObject({ cached_tokens: 2048 });
  });
});

describe("Azure", () => {
  const classic = "/openai/deployments/gpt-4o/chat/completions";

  it("serves a deployment only with a version and the v1 surface only with a model", async () => {
    expect((await call.azure(`${classic}?api-version=2024-10-21`)).status).toBe(200);
    expect((await call.azure(classic)).status).toBe(404);
    expect((await call.azure("/openai/v1/chat/completions", { model: "prod-gpt-4o" })).status).toBe(
      200,
    );
    expect((await call.azure("/openai/v1/chat/completions")).status).toBe(400);
    expect(
      (await call.azure("/eastus/openai/v1/chat/completions", { model: "gpt-4o" })).status,
    ).toBe(200);
    expect(upstream.requests.at(-1)).toMatchObject({ region: "eastus", deployment: "gpt-4o" });
    const missing = await call.azure(
      "/openai/deployments/none/chat/completions?api-version=2024-10-21",
    );
    expect(await objectOf(missing)).toMatchObject({ error: { code: "DeploymentNotFound" } });
    expect(
      (await call.azure(`${classic}?api-version=2024-10-21`, {}, { "api-key": "wrong" })).status,
    ).toBe(401);
    const old = await call.azure("/openai/deployments/o3/chat/completions?api-version=2024-10-21");
    expect(await errorOf(old)).toContain(
      "enabled only for api versions 2024-12-01-preview and later",
    );
  });

  it("begins its stream with the filter's verdict on the prompt", async () => {
    const chunks = await eventsOf(
      await call.azure(`${classic}?api-version=2024-10-21`, { stream: true }),
    );
    expect(chunks[0]).toMatchObject({
      choices: [],
      id: "",
      model: "",
      prompt_filter_results: [{ prompt_index: 0 }],
    });
    expect(firstChoice(chunks[2] ?? {})["content_filter_results"]).toMatchObject({
      hate: { severity: "safe" },
    });
  });

  it("stops a prompt its filter does not like", async () => {
    const response = await call.azure(`${classic}?api-version=2024-10-21`, {
      messages: [{ role: "user", content: "trigger:content_filter" }],
    });
    expect(response.status).toBe(400);
    expect(await objectOf(response)).toMatchObject({
      error: { code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } },
    });
  });
});

describe("a compatible server", () => {
  it("ignores what it does not know, takes any model and streams its thoughts", async () => {
    const response = await fetch(`${upstream.url}/compatible/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${upstream.credentials.compatibleApiKey}` },
      body: JSON.stringify({
        model: "qwen/qwen4",
        messages: [{ role: "user", content: "hi" }],
        top_k: 4,
        stream: true,
        chat_template_kwargs: { enable_thinking: true },
      }),
    });
    const thoughts = (await eventsOf(response)).map(
      (chunk) => asObject(firstChoice(chunk)["delta"])["reasoning"],
    );
    expect(thoughts.join("")).toContain("The request is plain");
  });
});
