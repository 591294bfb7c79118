import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAT, MESSAGES, readRefusal, type Refusal } from "./refusal.ts";
import { startWorld, type World } from "./world.ts";

/** Whatever is sent, the caller is told what is wrong with it, in its own grammar, and never a 5xx. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

const ROUTES = [CHAT, MESSAGES];

type Body = NonNullable<RequestInit["body"]>;

async function post(path: string, body: Body, headers = {}, as = key): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json", ...headers },
    body,
    // Node asks for it where a body has no length.
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
}

async function refused(path: string, body: Body, headers = {}, as = key): Promise<Refusal> {
  return readRefusal(path, await post(path, body, headers, as));
}

const MINIMAL = {
  model: "openai-gpt",
  max_tokens: 20,
  messages: [{ role: "user", content: "Hi" }],
};

describe.each(ROUTES)("%s", (path) => {
  test.each([
    ["nothing", ""],
    ["no JSON", "model=gpt"],
    ["half a body", '{"model":"openai-gpt","messages":['],
    ["a list", "[]"],
    ["a word", '"hello"'],
    ["null", "null"],
    ["bytes that are no text", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ["100,000 brackets", `{"messages":${"[".repeat(100_000)}`],
  ])("answers 400 to %s", async (_what, body) => {
    const { status, message, headers } = await refused(path, body);
    expect(status).toBe(400);
    expect(message).toContain("request body");
    expect(headers.get("x-sekisho-error-origin")).toBe("client");
    expect(headers.get("x-litellm-call-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("answers 413 to 21 MB, announced or not", async () => {
    const large = JSON.stringify({ ...MINIMAL, padding: "x".repeat(21 * 1_048_576) });
    const announced = await refused(path, large);
    const chunked = await refused(path, new Blob([large]).stream());
    for (const { status, message } of [announced, chunked]) {
      expect(status).toBe(413);
      expect(message).toContain("20 MB");
    }
  });

  test("takes 19 MB", async () => {
    const large = { ...MINIMAL, model: "demo", padding: "x".repeat(19 * 1_048_576) };
    const response = await post(path, JSON.stringify(large));
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test.each(["nobody", "__proto__", "constructor", "gpt\n4", "x".repeat(100_000), "日本語"])(
    "names a model nobody serves (%#)",
    async (model) => {
      const { status, message } = await refused(path, JSON.stringify({ ...MINIMAL, model }));
      expect(status).toBe(400);
      expect(message).toContain("/v1/models");
      expect(message.length).toBeLessThan(500);
    },
  );

  test("tells a model without a price from one nobody serves", async () => {
    const { status, message } = await refused(
      path,
      JSON.stringify({ ...MINIMAL, model: "unpriced" }),
    );
    expect(status).toBe(400);
    expect(message).toContain("input_cost_per_token");
  });

  const wrong: [string, unknown[]][] = [
    ["model", [undefined, null, 1, "", [], { name: "gpt" }]],
    ["messages", [undefined, null, "Hi", {}, [], 7]],
    ["stream", ["yes", 1, {}, []]],
    ["max_tokens", ["20", -1, 0, 1.5, 1e300, [], {}, true]],
    ...(path === CHAT
      ? ([
          ["max_completion_tokens", ["20", -1, 0]],
          ["n", ["2", 0, -1, 1.5]],
        ] satisfies [string, unknown[]][])
      : []),
  ];
  test.each(wrong.flatMap(([field, values]) => values.map((value) => [field, value] as const)))(
    "names %s when it is %j",
    async (field, value) => {
      const { status, message, param } = await refused(
        path,
        JSON.stringify({ ...MINIMAL, [field]: value }),
      );
      expect(status).toBe(400);
      expect(message.startsWith(`${field}: `)).toBe(true);
      if (path === CHAT) expect(param).toBe(field);
    },
  );
});

/** Read only where the body has to be translated, so each route asks the other's vendor. */
const DEEP: [path: string, model: string, body: object, field: string][] = [
  [CHAT, "bedrock-claude", { messages: ["Hi"] }, "messages.0"],
  [CHAT, "bedrock-claude", { messages: [{ role: "wizard", content: "Hi" }] }, "messages.0.role"],
  [CHAT, "bedrock-claude", { messages: [{ role: "user", content: 7 }] }, "messages.0.content"],
  [
    CHAT,
    "bedrock-claude",
    { messages: [{ role: "user", content: [{}] }] },
    "messages.0.content.0.type",
  ],
  [
    CHAT,
    "gemini-2",
    { messages: [{ role: "user", content: [{ type: "smell" }] }] },
    "messages.0.content.0.type",
  ],
  [
    CHAT,
    "gemini-2",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] },
    "messages.0.content.0.image_url",
  ],
  [CHAT, "bedrock-claude", { tools: [{ type: "function" }] }, "tools.0.function"],
  [CHAT, "bedrock-claude", { temperature: "hot" }, "temperature"],
  [CHAT, "bedrock-claude", { response_format: { type: "xml" } }, "response_format.type"],
  [CHAT, "bedrock-claude", { n: 2 }, "n"],
  [MESSAGES, "openai-gpt", { messages: [{ role: "wizard", content: "Hi" }] }, "messages.0.role"],
  [MESSAGES, "openai-gpt", { messages: [{ role: "user" }] }, "messages.0.content"],
  [
    MESSAGES,
    "openai-gpt",
    { messages: [{ role: "user", content: [{ type: 5 }] }] },
    "messages.0.content.0.type",
  ],
  [
    MESSAGES,
    "gemini-2",
    { messages: [{ role: "user", content: [{ type: "smell" }] }] },
    "messages.0.content.0.type",
  ],
  [
    MESSAGES,
    "gemini-2",
    { messages: [{ role: "user", content: [{ type: "image", source: { type: "base64" } }] }] },
    "messages.0.content.0.source.media_type",
  ],
  [MESSAGES, "openai-gpt", { tools: [{}] }, "tools.0.name"],
  [MESSAGES, "openai-gpt", { system: 5 }, "system"],
  [
    MESSAGES,
    "openai-gpt",
    { thinking: { type: "enabled", budget_tokens: "x" } },
    "thinking.budget_tokens",
  ],
];

test.each(DEEP)("%s to %s with %j names %s", async (path, model, body, field) => {
  const { status, message, param } = await refused(
    path,
    JSON.stringify({ ...MINIMAL, model, ...body }),
  );
  expect(status).toBe(400);
  expect(message.split(":")[0]).toBe(field);
  if (path === CHAT) expect(param).toBe(field);
});

describe("within one grammar", () => {
  const odd =
    '"z_unknown" : {"b":1,"a":[1.0,1e2,-0.0]},\n "id":12345678901234567890,"k":"\\u4eac\\/\\ud83d\\ude00é", "f":0.1000,';

  const receivedFor = async (path: string, body: string): Promise<string> => {
    world.upstream.reset();
    await (await post(path, body)).text();
    const request = world.upstream.requests.find(({ vendor }) => vendor !== "google-token");
    return request?.rawBody.toString("utf8") ?? "";
  };

  test.each([
    [CHAT, "openai-gpt", "gpt-4.1"],
    [CHAT, "compatible", "llama-3.3-70b"],
    [MESSAGES, "anthropic-claude", "claude-sonnet-4-5"],
  ])("%s to %s passes every byte but the model's name", async (path, model, name) => {
    const body = `{${odd} "model" : "${model}" ,"max_tokens":20,"messages":[ {"content":"\\u0048i","role":"user"} ] }`;
    expect(await receivedFor(path, body)).toBe(body.replace(`"${model}"`, `"${name}"`));
  });

  test.each(["bedrock-claude", "vertex-claude"])(
    "the prompt keeps its bytes on its way to %s",
    async (model) => {
      const prompt = '"messages":[ {"content":"\\u0048i \\ud83d\\ude00 \\/","role":"user"} ]';
      const received = await receivedFor(
        MESSAGES,
        `{"model":"${model}", "max_tokens":20,${prompt}}`,
      );
      expect(received).toContain(prompt);
    },
  );

  test("a stream is asked for its counts, and nothing else is touched", async () => {
    const body = `{"model":"openai-gpt",${odd}"stream":true,"messages":[{"role":"user","content":"Hi"}]}`;
    const expected = body
      .replace('"openai-gpt"', '"gpt-4.1"')
      .replace(/\}$/, ',"stream_options":{"include_usage":true}}');
    expect(await receivedFor(CHAT, body)).toBe(expected);
  });
});

test.each(ROUTES)("%s refuses a missing and a forged key in its grammar", async (path) => {
  const missing = await refused(path, JSON.stringify(MINIMAL), { authorization: "" });
  expect([missing.status, missing.headers.get("x-should-retry")]).toEqual([401, "false"]);
  const forged = await refused(path, JSON.stringify(MINIMAL), {}, `${key.slice(0, -1)}!`);
  expect([forged.status, forged.headers.get("x-should-retry")]).toEqual([401, "false"]);
});
