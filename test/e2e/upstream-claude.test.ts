import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asArray, asObject } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { claudeText, createCaller, errorOf, eventsOf, objectOf } from "./upstream-client.ts";
import type { Caller } from "./upstream-client.ts";

const WEATHER = {
  name: "weather",
  description: "Tells it",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
};
const THINKING = { type: "enabled", budget_tokens: 1024 };

describe("Anthropic", () => {
  let upstream: Upstream;
  let call: Caller;
  beforeAll(async () => {
    upstream = await startUpstream();
    call = createCaller(upstream);
  });
  beforeEach(() => upstream.reset());
  afterAll(() => upstream.stop());

  async function refusalOf(
    body: JsonObject,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const response = await call.anthropic(body, headers);
    return response.ok ? "accepted" : errorOf(response);
  }

  it("streams named events in the order clients insist on", async () => {
    const response = await call.anthropic({ stream: true });
    const text = await response.clone().text();
    expect(text).toContain("event: message_start\ndata: {");
    const types = (await eventsOf(response)).map((event) => event["type"]);
    const deltas = Array.from({ length: 4 }, () => "content_block_delta");
    expect(types).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      ...deltas,
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("takes the key as a header or as a bearer, and both API versions", async () => {
    const bearer = {
      "x-api-key": "",
      authorization: `Bearer ${upstream.credentials.anthropicApiKey}`,
      "anthropic-version": "2026-10-21",
    };
    const { "x-api-key": _, ...headers } = bearer;
    const response = await fetch(`${upstream.url}/anthropic/v1/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        model: "claude-opus-5-5",
        max_tokens: 10,
        messages: [{ role: "user", content: "hi" }],
      }),
    });
    expect(response.status).toBe(200);
    expect((await call.anthropic({}, { "x-api-key": "wrong" })).status).toBe(401);
    expect(await refusalOf({}, { "anthropic-version": "2025-01-01" })).toContain(
      "is not a valid version",
    );
    expect(await refusalOf({ temperature: 0.5 }, { "anthropic-version": "2026-10-21" })).toBe(
      "temperature: Extra inputs are not permitted",
    );
  });

  it("answers an unknown model with 404 in its own shape", async () => {
    const response = await call.anthropic({ model: "claude-9" });
    expect(response.status).toBe(404);
    expect(await objectOf(response)).toMatchObject({
      type: "error",
      error: { type: "not_found_error", message: "model: claude-9" },
    });
  });

  it("knows what each generation takes", async () => {
    const adaptive = { thinking: { type: "adaptive" } };
    expect(await refusalOf({ ...adaptive, model: "claude-sonnet-4-5" })).toBe(
      "adaptive thinking is not supported on this model",
    );
    expect(await refusalOf({ ...adaptive, model: "claude-opus-4-7" })).toBe("accepted");
    expect(
      await refusalOf({ thinking: THINKING, max_tokens: 2000, model: "claude-opus-4-7" }),
    ).toContain('"thinking.type.enabled" is not supported');
    expect(await refusalOf({ temperature: 0.5, model: "claude-opus-5" })).toContain(
      "`temperature` is deprecated",
    );
    expect(await refusalOf({ thinking: { type: "disabled" }, model: "claude-opus-5-5" })).toContain(
      "not supported",
    );
    expect(
      await refusalOf({ tools: [WEATHER], tool_choice: { type: "any" }, model: "claude-opus-5-5" }),
    ).toContain("not supported");
    expect(await refusalOf({ max_tokens: 64_001 })).toBe(
      "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5-20250929",
    );
    expect(await refusalOf({ output_config: { effort: "high" } })).toBe(
      "This model does not support the effort parameter.",
    );
    const prefilled = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "I" },
    ];
    expect(await refusalOf({ messages: prefilled })).toBe("accepted");
    expect(await refusalOf({ messages: prefilled, model: "claude-sonnet-4-6" })).toContain(
      "does not support assistant message prefill",
    );
    const withSystem = [
      { role: "user", content: "hi" },
      { role: "system", content: "be brief" },
    ];
    expect(await refusalOf({ messages: withSystem })).toContain('Unexpected role "system"');
    expect(await refusalOf({ messages: withSystem, model: "claude-opus-5-5" })).toBe("accepted");
  });

  it("insists on the shape of turns", async () => {
    const use = { type: "tool_use", id: "toolu_1", name: "weather", input: {} };
    const result = { type: "tool_result", tool_use_id: "toolu_1", content: "sunny" };
    const turns = (...blocks: JsonObject[]): JsonObject => ({
      tools: [WEATHER],
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: [use] },
        { role: "user", content: blocks },
      ],
    });
    const text = { type: "text", text: "and" };
    expect(await refusalOf(turns(result, text))).toBe("accepted");
    expect(await refusalOf(turns(text, result))).toContain(
      "`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1",
    );
    expect(await refusalOf(turns(text))).toContain("without `tool_result` blocks");
    expect(await refusalOf(turns(result, { ...result, tool_use_id: "toolu_2" }))).toContain(
      "unexpected `tool_use_id` found",
    );
    expect(await refusalOf({ ...turns(result), tools: undefined })).toContain("must define tools");
    expect(await refusalOf({ messages: [{ role: "assistant", content: "hi" }] })).toContain(
      'first message must use the "user" role',
    );
    expect(await refusalOf({ messages: [{ role: "user", content: " " }] })).toContain(
      "non-whitespace",
    );
    expect(
      await refusalOf({
        messages: [{ role: "user", content: [{ type: "input_text", text: "hi" }] }],
      }),
    ).toContain("Input tag 'input_text'");
    expect(await refusalOf({ messages: [{ role: "user", content: "hi", name: "bob" }] })).toBe(
      "messages.0.name: Extra inputs are not permitted",
    );
    expect(await refusalOf({ tools: [WEATHER], tool_choice: "auto" })).toContain(
      "tool_choice: Input tag",
    );
  });

  it("calls the tool it is told to call, in pieces, and quotes the result", async () => {
    const asked = {
      tools: [WEATHER],
      messages: [{ role: "user", content: 'call:weather {"city":"Kyoto, Japan"}' }],
    };
    const events = await eventsOf(await call.anthropic({ ...asked, stream: true }));
    const pieces = events
      .map((event) => asObject(event["delta"])["partial_json"])
      .filter((piece) => typeof piece === "string");
    expect(pieces.length).toBeGreaterThan(3);
    expect(JSON.parse(pieces.join(""))).toEqual({ city: "Kyoto, Japan" });
    const message = await objectOf(await call.anthropic(asked));
    expect(message["stop_reason"]).toBe("tool_use");
    const use = asObject(asArray(message["content"])[1]);
    const next = await call.anthropic({
      tools: [WEATHER],
      messages: [
        ...asked.messages,
        { role: "assistant", content: message["content"] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: use["id"], content: "sunny" }],
        },
      ],
    });
    expect(claudeText(await objectOf(next))).toBe("The tool said: sunny");
  });

  it("gets its thinking back byte for byte or refuses it", async () => {
    const asked = {
      thinking: THINKING,
      max_tokens: 2000,
      messages: [{ role: "user", content: "why?" }],
    };
    const message = await objectOf(await call.anthropic(asked));
    const [thought, ...rest] = asArray(message["content"]).map(asObject);
    expect(thought).toMatchObject({
      type: "thinking",
      thinking: "The request is plain, so I answer it directly.",
    });
    const replay = (block: JsonObject): JsonObject => ({
      ...asked,
      messages: [
        ...asked.messages,
        { role: "assistant", content: [block, ...rest] },
        { role: "user", content: "go on" },
      ],
    });
    const signature = String(thought?.["signature"]);
    expect(await refusalOf(replay({ ...thought }))).toBe("accepted");
    expect(await refusalOf(replay({ ...thought, signature: `A${signature.slice(1)}` }))).toBe(
      "messages.1.content.0: Invalid `signature` in `thinking` block",
    );
    expect(await refusalOf(replay({ ...thought, thinking: "something else" }))).toContain(
      "Invalid `signature`",
    );
  });

  it("hides thinking on the newer models but signs it all the same", async () => {
    const body = { model: "claude-opus-4-7", thinking: { type: "adaptive" }, stream: true };
    const events = await eventsOf(await call.anthropic(body));
    const kinds = events.map((event) => asObject(event["delta"])["type"]);
    expect(kinds).toContain("signature_delta");
    expect(kinds).not.toContain("thinking_delta");
  });

  it("stops at the limit, at a stop sequence and after exactly as many tokens as asked", async () => {
    const stops = async (body: JsonObject): Promise<unknown[]> => {
      const message = await objectOf(await call.anthropic(body));
      return [
        message["stop_reason"],
        message["stop_sequence"],
        asObject(message["usage"])["output_tokens"],
      ];
    };
    const many = { messages: [{ role: "user", content: "tokens:500" }] };
    expect(await stops(many)).toEqual(["end_turn", null, 500]);
    expect(await stops({ ...many, max_tokens: 20 })).toEqual(["max_tokens", null, 20]);
    expect(await stops({ ...many, stop_sequences: ["w3"] })).toEqual(["stop_sequence", "w3", 3]);
  });

  it("writes a cache once, then reads it, and never mixes the order of lifetimes", async () => {
    const mark = (ttl: string): JsonObject => ({ cache_control: { type: "ephemeral", ttl } });
    const body = {
      system: [{ type: "text", text: "a".repeat(40), ...mark("1h") }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "b".repeat(20), ...mark("5m") },
            { type: "text", text: "c".repeat(8) },
          ],
        },
      ],
    };
    const first = await objectOf(await call.anthropic(body));
    expect(first["usage"]).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 15,
      cache_creation: { ephemeral_1h_input_tokens: 10, ephemeral_5m_input_tokens: 5 },
    });
    const second = await objectOf(await call.anthropic(body));
    expect(second["usage"]).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 15,
    });
    const wrong = {
      ...body,
      system: [{ type: "text", text: "a", ...mark("5m") }],
      messages: [{ role: "user", content: [{ type: "text", text: "b", ...mark("1h") }] }],
    };
    expect(await refusalOf(wrong)).toContain("must not come after a ttl='5m'");
  });

  it("counts tokens, follows a schema and compacts nobody's prompt", async () => {
    const counted = await fetch(`${upstream.url}/anthropic/v1/messages/count_tokens`, {
      method: "POST",
      headers: {
        "x-api-key": upstream.credentials.anthropicApiKey,
        "anthropic-version": "2023-06-01",
      },
      body: JSON.stringify({
        model: "claude-sonnet-4-5",
        messages: [{ role: "user", content: "12345678" }],
      }),
    });
    expect(await objectOf(counted)).toEqual({ input_tokens: 2 });
    const schema = { type: "object", properties: { title: { type: "string" } } };
    const formatted = await objectOf(
      await call.anthropic({ output_config: { format: { type: "json_schema", schema } } }),
    );
    expect(claudeText(formatted)).toBe('{"title":"text"}');
    const long = { messages: [{ role: "user", content: "x".repeat(800_004) }] };
    expect(await refusalOf(long)).toBe("prompt is too long: 200001 tokens > 200000 maximum");
  });
});
