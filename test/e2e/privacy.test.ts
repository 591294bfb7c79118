import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment } from "../upstream/environment.ts";
import type { Behaviour } from "../upstream/script.ts";
import { startUpstream, type Upstream } from "../upstream/upstream.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { PIXEL } from "./upstream-client.ts";
import { modelList, pause } from "./world.ts";

/** What callers and models say is kept nowhere, unless the operator asked for it; secrets never are. */

interface House {
  upstream: Upstream;
  gateway: Gateway;
  key: string;
}

/** A gateway that copies its records to the stand-in's Datadog. */
async function openHouse(litellm: object = {}): Promise<House> {
  const upstream = await startUpstream();
  const { DD_API_KEY = "", DD_BASE_URL = "" } = environment(upstream);
  const gateway = await startGateway({
    config: {
      model_list: modelList(upstream),
      litellm_settings: { callbacks: ["datadog"], ...litellm },
      router_settings: { num_retries: 1, cooldown_time: 0 },
    },
    vars: { DD_API_KEY, DD_BASE_URL, DD_SERVICE: "sekisho-test" },
  });
  return { upstream, gateway, key: await gateway.createKey({ key_alias: "alias-of-the-key" }) };
}

async function close({ gateway, upstream }: House): Promise<void> {
  await gateway.stop();
  await upstream.stop();
}

function ask(
  { gateway, key }: House,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(body),
  });
}

/** Waits until every call has its row, and every row its log. */
async function settled({ gateway, upstream }: House, calls: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(100)) {
    const [row] = await gateway.sql("SELECT count(*) AS count FROM requests");
    if (Number(row?.["count"]) >= calls && upstream.datadog.items.length >= calls) return;
  }
  throw new Error(`not ${calls} rows and logs within 20 s`);
}

/** All that is left of the calls: every row of every table, every log, every line of the console. */
async function remains({ gateway, upstream }: House): Promise<Record<string, string>> {
  const tables = await gateway.sql("SELECT name FROM sqlite_master WHERE type = 'table'");
  const found: Record<string, string> = {
    datadog: JSON.stringify(upstream.datadog.items),
    console: gateway.logs.join("\n"),
  };
  for (const name of tables.map((table) => String(table["name"]))) {
    // Cloudflare keeps its own notes in tables nobody may read.
    if (name.startsWith("_cf_")) continue;
    found[name] = JSON.stringify(await gateway.sql(`SELECT * FROM "${name}"`));
  }
  return found;
}

/** One word for each place, so that a leak says where it came from. */
const CANARIES = {
  prompt: "canary-prompt-5f1c",
  system: "canary-system-5f1c",
  arguments: "canary-arguments-5f1c",
  result: "canary-result-5f1c",
  image: PIXEL,
  file: "canary-file-5f1c",
  header: "canary-header-5f1c",
  metadata: "canary-metadata-5f1c",
  stop: "canary-stop-5f1c",
  schema: "canary-schema-5f1c",
  query: "canary-query-5f1c",
  model: "canary-model-5f1c",
  echo: "canary-echo-5f1c",
};

const HEADERS = { "x-custom": CANARIES.header, "x-stainless-os": CANARIES.header };

function chatBody(model: string, stream: boolean): object {
  return {
    model,
    max_tokens: 50,
    stream,
    stop: [CANARIES.stop],
    metadata: { note: CANARIES.metadata, tags: ["tag-is-kept"] },
    tools: [
      {
        type: "function",
        function: {
          name: "look",
          description: CANARIES.schema,
          parameters: { type: "object", properties: { at: { type: "string" } } },
        },
      },
    ],
    messages: [
      { role: "system", content: CANARIES.system },
      {
        role: "user",
        content: [
          { type: "text", text: CANARIES.prompt },
          { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
        ],
      },
      {
        role: "assistant",
        tool_calls: [
          {
            id: "call_1",
            type: "function",
            function: { name: "look", arguments: JSON.stringify({ at: CANARIES.arguments }) },
          },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: CANARIES.result },
    ],
  };
}

function messagesBody(model: string, stream: boolean): object {
  return {
    model,
    max_tokens: 50,
    stream,
    system: CANARIES.system,
    stop_sequences: [CANARIES.stop],
    tools: [
      {
        name: "look",
        description: CANARIES.schema,
        input_schema: { type: "object", properties: { at: { type: "string" } } },
      },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: CANARIES.prompt },
          { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
          {
            type: "document",
            title: CANARIES.file,
            source: { type: "text", media_type: "text/plain", data: CANARIES.prompt },
          },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "toolu_1", name: "look", input: { at: CANARIES.arguments } },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "toolu_1", content: CANARIES.result }],
      },
    ],
  };
}

const ECHO = `You wrote: ${CANARIES.echo} ${CANARIES.prompt}`;
const ENDINGS: (Behaviour | undefined)[] = [
  undefined,
  {
    status: {
      status: 400,
      body: { error: { message: ECHO, type: "invalid_request_error", code: ECHO, param: ECHO } },
    },
  },
  { status: { status: 500, body: `<html><title>${ECHO}</title></html>` } },
  { status: { status: 429, body: { message: ECHO }, headers: { "x-echo": CANARIES.echo } } },
  { errorAt: { chunk: 6, message: ECHO, type: "invalid_request_error" } },
  { reply: `${ECHO} and so on` },
  { cutAt: 6 },
];
const MODELS = [
  "bedrock-claude",
  "vertex-claude",
  "anthropic-claude",
  "openai-gpt",
  "azure-gpt",
  "gemini-2",
];

describe("with message logging off, as it is by default", () => {
  let house: House;
  let left: Record<string, string>;
  let calls = 0;

  beforeAll(async () => {
    house = await openHouse();
    const call = async (path: string, body: object): Promise<void> => {
      calls += 1;
      const response = await ask(house, `${path}?q=${CANARIES.query}`, body, HEADERS);
      await response.text().catch(() => undefined);
    };
    for (const model of MODELS) {
      for (const ending of ENDINGS) {
        for (const stream of [false, true]) {
          house.upstream.script({}, ending === undefined ? [] : [ending, ending]);
          await call("/v1/chat/completions", chatBody(model, stream));
          house.upstream.script({}, ending === undefined ? [] : [ending, ending]);
          await call("/v1/messages", messagesBody(model, stream));
        }
      }
    }
    const recorded = calls;
    // These never get as far as a record.
    await call("/v1/messages", messagesBody(CANARIES.model, false));
    await call("/v1/messages/count_tokens", messagesBody("bedrock-claude", false));
    await call("/v1/chat/completions", {
      ...chatBody("bedrock-claude", false),
      n: CANARIES.prompt,
    });
    await settled(house, recorded);
    left = await remains(house);
  }, 120_000);
  afterAll(() => close(house));

  test("calls of every kind were made, and remembered", () => {
    const rows = JSON.parse(left["requests"] ?? "[]") as Record<string, string>[];
    const seen = rows.map((row) => `${row["status"]} ${row["ending"]}`);
    expect(new Set(seen)).toEqual(
      new Set(["success finished", "failure refused", "failure broken"]),
    );
    expect(left["requests"]).toContain("tag-is-kept");
    expect(left["datadog"]).toContain("alias-of-the-key");
  });

  test.each(Object.entries(CANARIES))("nothing is left of the %s", (_place, canary) => {
    for (const [where, text] of Object.entries(left)) {
      expect(text.includes(canary), `${canary} is in ${where}`).toBe(false);
    }
  });

  test("no key and no credential is left anywhere", () => {
    const { credentials, serviceAccountJson } = house.upstream;
    const { google } = credentials;
    const secrets = [
      house.key,
      house.gateway.masterKey,
      "test-key-secret-0123456789abcdef",
      credentials.aws.secretAccessKey,
      credentials.anthropicApiKey,
      credentials.openaiApiKey,
      credentials.azureApiKey,
      credentials.compatibleApiKey,
      credentials.datadogApiKey,
      serviceAccountJson,
      google.privateKeyId,
      ...google.privateKeyPem.split("\n").filter((line) => line.length > 20),
      "ya29.c.",
      "AWS4-HMAC",
    ];
    for (const [where, text] of Object.entries(left)) {
      for (const secret of secrets) {
        expect(text.includes(secret), `${secret.slice(0, 12)}… is in ${where}`).toBe(false);
      }
    }
  });

  test("Datadog got every record once, compressed, and its costs add up to the rows'", async () => {
    const sent = house.upstream.requests.filter(({ vendor }) => vendor === "datadog");
    expect(sent.length).toBeGreaterThan(0);
    for (const { headers, rawBody } of sent) {
      expect(headers["content-encoding"]).toBe("gzip");
      expect(Array.isArray(JSON.parse(gunzipSync(rawBody).toString("utf8")))).toBe(true);
    }
    const payloads = house.upstream.datadog.items.map(
      (item) => JSON.parse(String(item["message"])) as { call_id: string; response_cost: number },
    );
    const rows = await house.gateway.sql("SELECT request_id, cost_nano_usd FROM requests");
    expect(payloads.map((one) => one.call_id).toSorted()).toEqual(
      rows.map((row) => String(row["request_id"])).toSorted(),
    );
    const logged = payloads.reduce((sum, one) => sum + Math.round(one.response_cost * 1e9), 0);
    const stored = rows.reduce((sum, row) => sum + Number(row["cost_nano_usd"]), 0);
    expect(logged).toBe(stored);
    expect(stored).toBeGreaterThan(0);
  });
});

describe("with turn_off_message_logging: false", () => {
  let house: House;
  let left: Record<string, string>;

  beforeAll(async () => {
    house = await openHouse({ turn_off_message_logging: false });
    const body = (content: string) => ({
      model: "openai-gpt",
      max_tokens: 50,
      messages: [{ role: "user", content }],
    });
    await (await ask(house, "/v1/chat/completions", body("short and kept"))).text();
    await (await ask(house, "/v1/chat/completions", body(`long ${"京".repeat(300_000)}`))).text();
    const streamed = { ...body("streamed and kept"), stream: true };
    await (await ask(house, "/v1/chat/completions", streamed)).text();
    await settled(house, 3);
    left = await remains(house);
  });
  afterAll(() => close(house));

  test("a streamed answer is in the record too", () => {
    expect(left["requests"]).toContain("You said: streamed and kept");
  });

  test("prompt and answer are in the record", () => {
    expect(left["requests"]).toContain("short and kept");
    expect(left["requests"]).toContain("You said: short and kept");
    expect(left["datadog"]).toContain("You said: short and kept");
  });

  test("what is long is cut, and the record still comes", () => {
    expect(left["requests"]).toContain("long 京京京");
    expect(left["datadog"]).toContain("long 京京京");
    expect((left["requests"] ?? "").length).toBeLessThan(100_000);
  });

  test("no key is in it all the same", () => {
    for (const [where, text] of Object.entries(left)) {
      expect(text.includes(house.key), `the key is in ${where}`).toBe(false);
    }
  });
});
