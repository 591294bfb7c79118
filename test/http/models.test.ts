import { describe, expect, it } from "vitest";
import { call, DEMO, environmentWith, MASTER_KEY } from "./call.ts";

const gateway = environmentWith({
  ...DEMO,
  router_settings: { model_group_alias: { nick: "demo" } },
});
const KEY = { authorization: `Bearer ${MASTER_KEY}` };

describe.each(["/v1/models", "/models"])("%s", (path) => {
  it("lists models for OpenAI's clients", async () => {
    const response = await call(gateway, path, { headers: KEY });
    const model = { object: "model", created: 1_677_610_602, owned_by: "openai" };
    expect(await response.json()).toEqual({
      object: "list",
      data: [
        { id: "demo", ...model },
        { id: "other", ...model },
        { id: "nick", ...model },
      ],
    });
  });

  it("lists models for Anthropic's, who name their version", async () => {
    const headers = { ...KEY, "anthropic-version": "2023-06-01" };
    const response = await call(gateway, path, { headers });
    expect(await response.json()).toMatchObject({
      data: [{ type: "model", id: "demo", display_name: "demo" }, { id: "other" }, { id: "nick" }],
      has_more: false,
      first_id: "demo",
      last_id: "nick",
    });
  });

  it("is closed to strangers, in the grammar of who asks", async () => {
    const openai = await call(gateway, path);
    expect(openai.status).toBe(401);
    expect(await openai.json()).toMatchObject({ error: { type: "auth_error", code: "401" } });
    const anthropic = await call(gateway, path, { headers: { "anthropic-version": "2023-06-01" } });
    expect(await anthropic.json()).toMatchObject({ error: { type: "authentication_error" } });
  });
});

describe("one model", () => {
  const described = environmentWith({
    model_list: [
      { model_name: "claude", litellm_params: { model: "anthropic/claude-sonnet-4-5" } },
      { model_name: "vectors", litellm_params: { model: "gemini/gemini-embedding-001" } },
      { model_name: "team/the:model", litellm_params: { model: "openai/nobody-knows" } },
    ],
  });
  const CREATED_AT = "2023-02-28T18:56:42.000Z";

  it.each([
    ["OpenAI", {}, { id: "claude", object: "model", created: 1_677_610_602, owned_by: "openai" }],
    [
      "Anthropic",
      { "anthropic-version": "2026-10-21" },
      {
        type: "model",
        id: "claude",
        display_name: "claude",
        created_at: CREATED_AT,
        lifecycle: "active",
        deprecated_at: null,
        retires_at: null,
        line: null,
        capabilities: null,
        max_input_tokens: 200_000,
        max_tokens: 64_000,
      },
    ],
    [
      "Google",
      { "x-goog-api-key": MASTER_KEY },
      {
        name: "models/claude",
        version: "001",
        displayName: "claude",
        inputTokenLimit: 200_000,
        outputTokenLimit: 64_000,
        supportedGenerationMethods: ["generateContent", "countTokens"],
      },
    ],
  ])("is told to %s's clients in their shape", async (_, headers, expected) => {
    const response = await call(described, "/v1/models/claude", {
      headers: { ...KEY, ...headers },
    });
    expect(await response.json()).toEqual(expected);
  });

  it.each([
    "/v1beta/models/models/vectors",
    "/v1alpha/models/vectors",
    "/genai/v1beta/models/vectors",
    "/gemini/v1/models/vectors",
  ])("is told of by %s, and what it is for", async (path) => {
    const response = await call(described, path, { headers: KEY });
    expect(await response.json()).toMatchObject({
      name: "models/vectors",
      supportedGenerationMethods: ["embedContent", "batchEmbedContents"],
    });
  });

  it("may have slashes and colons in its name, and limits nobody knows", async () => {
    for (const path of ["/v1beta/models/team/the:model", "/v1beta/models/team%2Fthe%3Amodel"]) {
      const told: object = await (await call(described, path, { headers: KEY })).json();
      expect(told).toMatchObject({ name: "models/team/the:model" });
      expect(told).not.toHaveProperty("inputTokenLimit");
    }
  });

  it.each([
    ["OpenAI", {}, { error: { code: "404", param: "model" } }],
    ["Anthropic", { "anthropic-version": "2023-06-01" }, { error: { type: "not_found_error" } }],
    ["Google", { "x-goog-api-key": MASTER_KEY }, { error: { code: 404, status: "NOT_FOUND" } }],
  ])("that is not there is refused in %s's grammar", async (_, headers, expected) => {
    const response = await call(described, "/v1/models/nobody", {
      headers: { ...KEY, ...headers },
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject(expected);
  });
});

it("a gateway without models has an empty list", async () => {
  const empty = environmentWith({ model_list: [] });
  const headers = { ...KEY, "anthropic-version": "2023-06-01" };
  const response = await call(empty, "/v1/models", { headers });
  expect(await response.json()).toEqual({
    data: [],
    has_more: false,
    first_id: null,
    last_id: null,
  });
});
