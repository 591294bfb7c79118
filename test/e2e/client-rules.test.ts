import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asArray, asObject, asString, parseJson } from "../upstream/json.ts";
import { startWorld, type World } from "./world.ts";

/** What agents were seen to depend on, and no other file shows. */
let world: World;

beforeAll(async () => {
  const model_group_alias = { "team/the:model": "demo" };
  world = await startWorld({
    settings: { router_settings: { num_retries: 0, model_group_alias } },
  });
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const HELLO = [{ role: "user", content: "tokens:60 please" }];
const CONTENTS = [{ role: "user", parts: [{ text: "tokens:60 please" }] }];

/** One call in every grammar callers speak. */
const CALLERS = {
  chat: (model: string) => ["/v1/chat/completions", { model, messages: HELLO }],
  responses: (model: string) => ["/v1/responses", { model, input: "tokens:60 please" }],
  messages: (model: string) => ["/v1/messages", { model, max_tokens: 500, messages: HELLO }],
  gemini: (model: string) => [`/v1beta/models/${model}:generateContent`, { contents: CONTENTS }],
  converse: (model: string) => [
    `/bedrock/model/${model}/converse`,
    { messages: [{ role: "user", content: [{ text: "tokens:60 please" }] }] },
  ],
} satisfies Record<string, (model: string) => [string, object]>;

type Grammar = keyof typeof CALLERS;
const GRAMMARS = Object.keys(CALLERS) as Grammar[];

function post(
  key: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask(grammar: Grammar, model: string, extra: object = {}): Promise<Response> {
  const [path, body] = CALLERS[grammar](model);
  return post(await world.gateway.createKey(), path, { ...body, ...extra });
}

describe("a client that leaves right after the last event", () => {
  test.each([
    ["responses", "openai-gpt", "response.completed"],
    ["responses", "bedrock-claude", "response.completed"],
    ["messages", "anthropic-claude", "message_stop"],
    ["messages", "bedrock-claude", "message_stop"],
    ["messages", "gemini-2", "message_stop"],
    ["chat", "openai-gpt", '"finish_reason":"stop"'],
  ] as const)("(%s on %s) made a call that succeeded", async (grammar, model, last) => {
    const key = await world.gateway.createKey();
    const leaving = new AbortController();
    const [path, body] = CALLERS[grammar](model);
    const response = await post(key, path, { ...body, stream: true }, {}, leaving.signal);
    const decoder = new TextDecoder();
    let text = "";
    const pieces: ReadableStream<Uint8Array> | null = response.body;
    try {
      for await (const piece of pieces ?? []) {
        text += decoder.decode(piece, { stream: true });
        if (text.includes(last)) leaving.abort();
      }
    } catch {
      // It hung up itself.
    }
    expect(text).toContain(last);
    const [row] = await world.rows(key, 1);
    expect(row).toMatchObject({
      ending: "finished",
      status: "success",
      usage_source: "reported",
      output_tokens: 60,
    });
  });
});

describe("a vendor's refusal of the gateway's credential", () => {
  const vendors = { "openai-gpt": 401, "azure-gpt": 401, "anthropic-claude": 401, "gemini-2": 401 };

  test.each(
    Object.entries(vendors).flatMap(([model, status]) =>
      GRAMMARS.map((grammar) => [model, grammar, status] as const),
    ),
  )("of %s is no 401 to a %s caller, and not worth another try", async (model, grammar, status) => {
    world.upstream.script({}, [{ status: { status, body: { error: { message: "no" } } } }], {
      sticky: true,
    });
    const response = await ask(grammar, model);
    expect(response.status).toBe(502);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.get("x-sekisho-error-origin")).toMatch(/^provider:/);
  });
});

describe("trouble that passes", () => {
  test.each(GRAMMARS)("is never told as a 529 (%s)", async (grammar) => {
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    world.upstream.script({}, [{ status: { status: 529, body } }], { sticky: true });
    const response = await ask(grammar, "anthropic-claude");
    expect(response.status).toBe(503);
    expect(response.headers.get("x-should-retry")).not.toBe("false");
  });

  test.each(GRAMMARS)("is a 429 with the time to wait (%s)", async (grammar) => {
    world.upstream.script({}, [{ throttle: { retryAfterSeconds: 30 } }], { sticky: true });
    const response = await ask(grammar, "anthropic-claude");
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(25);
    expect(response.headers.get("x-should-retry")).not.toBe("false");
  });
});

describe("the words of a 400, by which agents heal themselves", () => {
  const message = "messages.3.output_config: Extra inputs are not permitted";
  const body = { type: "error", error: { type: "invalid_request_error", message } };

  test("are Anthropic's to the last byte for its own callers", async () => {
    const raw = JSON.stringify({ ...body, request_id: "req_1" });
    world.upstream.script({}, [{ status: { status: 400, body: raw } }]);
    const response = await ask("messages", "anthropic-claude");
    expect([response.status, await response.text()]).toEqual([400, raw]);
  });

  test.each(GRAMMARS)(
    "reach %s callers of Claude on Vertex AI in their grammar",
    async (grammar) => {
      world.upstream.script({ vendor: "vertex" }, [{ status: { status: 400, body } }]);
      const response = await ask(grammar, "vertex-claude");
      expect(response.status).toBe(400);
      const told = asObject(parseJson(await response.text()));
      expect(asString(asObject(told["error"])["message"] ?? told["message"])).toContain(message);
    },
  );
});

describe("what no release of the gateway knows yet", () => {
  const headers = {
    "anthropic-beta": "brand-new-2027-01-01,context-1m-2025-08-07",
    "x-brand-new": "1",
    "x-claude-code-session-id": "s",
  };

  test.each(["bedrock-claude", "vertex-claude", "openai-gpt", "gemini-2", "bedrock-nova"])(
    "is no reason to refuse a call of %s",
    async (model) => {
      const [path, body] = CALLERS.messages(model);
      const extra = model.endsWith("claude") ? {} : { brand_new_field: { a: 1 } };
      const key = await world.gateway.createKey();
      const response = await post(key, path, { ...body, ...extra }, headers);
      expect(response.status).toBe(200);
      const asked = world.upstream.requests.findLast((one) => one.vendor !== "google-token");
      expect(asked?.rawBody.toString() + JSON.stringify(asked?.headers)).not.toContain("brand-new");
    },
  );
});

describe("a client that starts up", () => {
  test("counts 28 prompts at once, whatever the key's rate", async () => {
    const key = await world.gateway.createKey({ rpm_limit: 2, max_parallel_requests: 1 });
    const body = { model: "anthropic-claude", messages: HELLO };
    const all = await Promise.all(
      Array.from({ length: 28 }, () => post(key, "/v1/messages/count_tokens", body)),
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    const [path, hello] = CALLERS.messages("anthropic-claude");
    expect((await post(key, path, hello)).status).toBe(200);
  });

  test("finds its models by Claude Code's own question", async () => {
    const key = await world.gateway.createKey();
    const headers = { authorization: `Bearer ${key}`, "anthropic-version": "2023-06-01" };
    const response = await fetch(`${world.gateway.url}/v1/models?limit=1000`, { headers });
    const { data } = asObject(parseJson(await response.text()));
    expect(asArray(data).map((one) => asObject(one)["id"])).toContain("claude");
  });

  test("may say hello where nobody answers", async () => {
    const response = await fetch(`${world.gateway.url}/api/hello`, { method: "HEAD" });
    expect(response.status).toBe(404);
  });
});

test.each([
  ["/bedrock/model/team%2Fthe%3Amodel/invoke", "anthropic"],
  ["/bedrock/model/team%2Fthe:model/invoke", "anthropic"],
  ["/v1beta/models/team/the:model:generateContent", "google"],
  ["/v1beta/models/team%2Fthe%3Amodel%3AgenerateContent", "google"],
  ["/v1/projects/p/locations/l/publishers/anthropic/models/team/the:model:rawPredict", "anthropic"],
])("a name with a colon is found in %s", async (path, grammar) => {
  const body =
    grammar === "google"
      ? { contents: CONTENTS }
      : { anthropic_version: "vertex-2023-10-16", max_tokens: 9, messages: HELLO };
  expect((await post(await world.gateway.createKey(), path, body)).status).toBe(200);
});
