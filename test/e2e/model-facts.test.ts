import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { entry, startWorld, type World } from "./world.ts";

const SEARCH = { type: "web_search_20250305" as const, name: "web_search" as const };
const MESSAGES = [{ role: "user" as const, content: "What is new?" }];

/** What an operator knows that the gateway was not released with. */
const FACTS = {
  models: [{ match: "*claude-opus-4-6*", providers: "vertex_ai", max_output_tokens: 500 }],
  claude_surfaces: { vertex_ai: { betas: { "context-1m-2025-08-07": false } } },
  vendors: { openai: { drops: { user: true } } },
};

describe("facts in the configuration", () => {
  let world: World;
  let key: string;

  beforeAll(async () => {
    world = await startWorld({
      settings: { sekisho_settings: { model_facts: FACTS } },
      models: ({ url, credentials }) => [
        entry("without-search", {
          model: "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
          aws_region_name: "us-east-1",
          aws_access_key_id: credentials.aws.accessKeyId,
          aws_secret_access_key: credentials.aws.secretAccessKey,
          aws_bedrock_runtime_endpoint: `${url}/bedrock/us-east-1`,
          drop_params: true,
        }),
        entry(
          "short",
          {
            model: "openai/gpt-4.1",
            api_base: `${url}/openai/v1`,
            api_key: credentials.openaiApiKey,
          },
          { max_output_tokens: 64 },
        ),
      ],
    });
    key = await world.gateway.createKey();
  });
  beforeEach(() => world.upstream.reset());
  afterAll(() => world.stop());

  const ask = (model: string, body: object = {}, betas?: string) =>
    fetch(`${world.gateway.url}/v1/messages`, {
      method: "POST",
      headers: {
        "x-api-key": key,
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        ...(betas !== undefined && { "anthropic-beta": betas }),
      },
      body: JSON.stringify({ model, max_tokens: 1_000, messages: MESSAGES, ...body }),
    });

  it("lets Claude search on Vertex AI, with a flag the caller did not send", async () => {
    const message = await world.anthropic(key).messages.create({
      model: "vertex-claude",
      max_tokens: 1_000,
      messages: MESSAGES,
      tools: [SEARCH],
    });
    expect(message.type).toBe("message");
    const sent = world.upstream.requests.at(-1);
    expect(sent?.headers["anthropic-beta"]).toBe("web-search-2025-03-05");
    // What the operator says of this model here, and nowhere else.
    expect(sent?.body).toMatchObject({ max_tokens: 500, tools: [SEARCH] });
  });

  it("leaves a flag out that the operator says Google no longer takes", async () => {
    const response = await ask(
      "vertex-claude",
      {},
      "context-1m-2025-08-07,nobody-knows-2031-01-01",
    );
    expect(response.status).toBe(200);
    const sent = world.upstream.requests.at(-1);
    expect(sent?.headers).not.toHaveProperty("anthropic-beta");
  });

  it("refuses a search on Bedrock by name, and answers without it where that is preferred", async () => {
    const refused = await ask("bedrock-claude", { tools: [SEARCH] });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("tools.0.type: Bedrock does not run");
    expect(world.upstream.requests).toEqual([]);
    const answered = await ask("without-search", { tools: [SEARCH] });
    expect(answered.status).toBe(200);
    expect(answered.headers.get("x-sekisho-dropped-params")).toContain("tools.web_search_20250305");
  });

  it("keeps a length within what model_info says, in the vendor's own grammar too", async () => {
    const openai = world.openai(key);
    await openai.chat.completions.create({
      model: "short",
      max_tokens: 1_000,
      user: "ann",
      messages: MESSAGES,
    });
    const sent = world.upstream.requests.at(-1);
    expect(sent?.body).toMatchObject({ max_tokens: 64 });
    expect(sent?.body).not.toHaveProperty("user");
  });
});
