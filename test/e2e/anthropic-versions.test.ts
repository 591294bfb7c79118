import AnthropicBedrock from "@anthropic-ai/bedrock-sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RecordedRequest } from "../upstream/exchange.ts";
import { asObject, parseJson } from "../upstream/json.ts";
import { startWorld, type World } from "./world.ts";

/** Anthropic's API has two versions; which one a caller has must matter to nobody but Anthropic. */
let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld();
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());
beforeEach(() => world.upstream.reset());

const VERSIONS = ["2023-06-01", "2026-10-21"];
const MODELS = [
  "anthropic-claude",
  "bedrock-claude",
  "bedrock-opus",
  "vertex-claude",
  "converse-claude",
  "openai-gpt",
  "gemini-2",
];
const BODY = { max_tokens: 50, messages: [{ role: "user", content: "Hi" }] };

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(world.gateway.url + path, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

function asked(): RecordedRequest | undefined {
  return world.upstream.requests.findLast((one) => one.vendor !== "google-token");
}

/** What this upstream is told of a version, whatever the caller said. */
function toldOf(model: string, version: string): [header: unknown, member: unknown] {
  switch (model) {
    case "anthropic-claude":
      return [version, undefined];
    case "bedrock-claude":
    case "bedrock-opus":
      return [undefined, "bedrock-2023-05-31"];
    case "vertex-claude":
      return [undefined, "vertex-2023-10-16"];
    default:
      return [undefined, undefined];
  }
}

describe.each(VERSIONS)("a caller of version %s", (version) => {
  const SURFACES: [string, (model: string) => Promise<Response>][] = [
    [
      "/v1/messages",
      (model) => post("/v1/messages", { ...BODY, model }, { "anthropic-version": version }),
    ],
    [
      "InvokeModel",
      (model) => post(`/bedrock/model/${model}/invoke`, { ...BODY, anthropic_version: version }),
    ],
    [
      "rawPredict",
      (model) =>
        post(`/v1/projects/p/locations/l/publishers/anthropic/models/${model}:rawPredict`, {
          ...BODY,
          anthropic_version: version,
        }),
    ],
  ];

  describe.each(SURFACES)("at %s", (surface, ask) => {
    test.each(MODELS)("is answered by %s, which is told its own version", async (model) => {
      const response = await ask(model);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ type: "message", role: "assistant" });
      // Only a header is for Anthropic; in a body it means another API's version.
      const forAnthropic = surface === "/v1/messages" ? version : "2023-06-01";
      const { headers, body } = asked() ?? {};
      expect([headers?.["anthropic-version"], asObject(body)["anthropic_version"]]).toEqual(
        toldOf(model, forAnthropic),
      );
    });
  });

  test("counts tokens by Anthropic's counter of that version", async () => {
    const body = { model: "anthropic-claude", messages: BODY.messages };
    const headers = { "anthropic-version": version };
    const response = await post("/v1/messages/count_tokens", body, headers);
    expect(response.headers.get("x-sekisho-token-count")).toBeNull();
    expect(asked()?.headers["anthropic-version"]).toBe(version);
  });

  test("streams", async () => {
    const headers = { "anthropic-version": version };
    const body = { ...BODY, model: "anthropic-claude", stream: true };
    expect(await (await post("/v1/messages", body, headers)).text()).toContain("message_stop");
  });
});

describe("sampling, which the newer version took away", () => {
  test("is Anthropic's to refuse, in its own words", async () => {
    const body = { ...BODY, model: "anthropic-claude", temperature: 0.5 };
    const old = await post("/v1/messages", body, { "anthropic-version": "2023-06-01" });
    expect(old.status).toBe(200);
    const refused = await post("/v1/messages", body, { "anthropic-version": "2026-10-21" });
    expect(refused.status).toBe(400);
    expect(asObject(asObject(parseJson(await refused.text()))["error"])["message"]).toMatch(
      /temperature: Extra inputs are not permitted/,
    );
  });

  test("reaches Anthropic from callers of other grammars, under the version that has it", async () => {
    const client = world.openai(key);
    await client.chat.completions.create(
      {
        model: "anthropic-claude",
        messages: [{ role: "user", content: "Hi" }],
        temperature: 0.5,
      },
      // Something in front of the gateway may add it; the body is ours all the same.
      { headers: { "anthropic-version": "2026-10-21" } },
    );
    expect(asked()?.headers["anthropic-version"]).toBe("2023-06-01");
    expect(asked()?.body).toMatchObject({ temperature: 0.5 });
  });

  test.each(["bedrock-claude", "vertex-claude"])(
    "is passed to %s, whose surface has but one version",
    async (model) => {
      const body = { ...BODY, model, temperature: 0.5 };
      const response = await post("/v1/messages", body, { "anthropic-version": "2026-10-21" });
      expect(response.status).toBe(200);
      expect(asked()?.body).toMatchObject({ temperature: 0.5 });
    },
  );
});

test("a caller who names no version has the older one", async () => {
  expect((await post("/v1/messages", { ...BODY, model: "anthropic-claude" })).status).toBe(200);
  expect(asked()?.headers["anthropic-version"]).toBe("2023-06-01");
});

test.each(MODELS)(
  "Anthropic's Bedrock SDK, which writes the newer into its bodies, on %s",
  async (model) => {
    const client = new AnthropicBedrock({
      baseURL: `${world.gateway.url}/bedrock`,
      apiKey: key,
      awsRegion: "us-east-1",
      maxRetries: 0,
    });
    const answer = await client.messages.create({
      ...BODY,
      model,
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(answer.type).toBe("message");
  },
);

describe("Google's token, refused by a counter", () => {
  test.each([
    ["vertex-claude", "/v1/messages/count_tokens", { messages: BODY.messages }],
    [
      "gemini-2",
      "/v1beta/models/gemini-2:countTokens",
      { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
    ],
  ])("is minted anew, and %s counts", async (model, path, body) => {
    const first = await post(path, { ...body, model });
    expect(first.headers.get("x-sekisho-token-count")).toBeNull();
    world.upstream.reset();
    world.upstream.tokens.revokeAll();
    const second = await post(path, { ...body, model });
    expect(second.headers.get("x-sekisho-token-count")).toBeNull();
    expect(await second.json()).toEqual(await first.json());
    expect(world.upstream.tokens.mints).toBe(1);
  });
});
