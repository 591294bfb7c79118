import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { entry, startWorld, type World } from "./world.ts";

const CANARY = "sk-canary-of-a-wrong-key";

interface Health {
  healthy_endpoints: { model_name: string }[];
  unhealthy_endpoints: { model_name: string; error_code: string; error: string }[];
  skipped_endpoints: { model_name: string }[];
  healthy_count: number;
  unhealthy_count: number;
}

describe("GET /health", () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({
      models: ({ url, credentials }) => [
        entry("wrong-key", {
          model: "openai/gpt-4.1",
          api_base: `${url}/openai/v1`,
          api_key: CANARY,
        }),
        entry("without-key", { model: "azure/gpt-4o", api_base: `${url}/azure` }),
        entry("nobody-there", {
          model: "openai/gpt-4.1",
          api_base: "http://127.0.0.1:9/v1",
          api_key: "k",
        }),
        entry("embedder", {
          model: "openai/text-embedding-3-small",
          api_base: `${url}/openai/v1`,
          api_key: credentials.openaiApiKey,
        }),
        entry(
          "painter",
          {
            model: "openai/gpt-image-1",
            api_base: `${url}/openai/v1`,
            api_key: credentials.openaiApiKey,
          },
          { mode: "image_generation" },
        ),
      ],
    });
  });
  beforeEach(() => world.upstream.reset());
  afterAll(() => world.stop());

  const health = async (query = ""): Promise<Health> => {
    const response = await world.gateway.admin(`/health${query}`);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    expect(text).not.toContain(CANARY);
    return JSON.parse(text) as Health;
  };

  it("asks every deployment as any call would, and tells which do not answer and why", async () => {
    const told = await health();
    const healthy = told.healthy_endpoints.map((one) => one.model_name);
    for (const name of ["bedrock-claude", "vertex-claude", "azure-gpt", "gemini-2", "embedder"]) {
      expect(healthy).toContain(name);
    }
    const why = Object.fromEntries(
      told.unhealthy_endpoints.map((one) => [one.model_name, one.error_code]),
    );
    expect(why).toMatchObject({
      "wrong-key": "upstream_credential",
      "without-key": "not_configured",
      "nobody-there": "upstream_error",
      unpriced: "unpriced_model",
    });
    expect(told.skipped_endpoints.map((one) => one.model_name)).toEqual(["painter"]);
    expect(told.healthy_count + told.unhealthy_count).toBe(
      told.healthy_endpoints.length + told.unhealthy_endpoints.length,
    );
    // All three of the group, each by itself.
    expect(healthy.filter((name) => name === "claude")).toHaveLength(3);
  });

  it("costs what the vendor takes, which is recorded and nobody's", async () => {
    await health("?model=openai-gpt");
    const found = () =>
      world.gateway.sql(
        "SELECT key_hash, team_id, user_id, cost_nano_usd, tags FROM requests WHERE route = '/health' AND model_group = 'openai-gpt' AND status = 'success'",
      );
    await expect.poll(async () => (await found()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    const [row] = await found();
    expect(row).toMatchObject({ key_hash: "master", team_id: null, user_id: "default_user_id" });
    expect(row?.["cost_nano_usd"]).toBeGreaterThan(0);
    expect(row?.["tags"]).toContain("litellm-internal-health-check");
  });

  it("sends nothing to rest: calls go on as before", async () => {
    await health("?model=wrong-key");
    await health("?model=claude");
    const key = await world.gateway.createKey();
    const messages = [{ role: "user" as const, content: "hello" }];
    const answer = await world
      .openai(key)
      .chat.completions.create({ model: "claude", messages, max_tokens: 20 });
    expect(answer.choices).toHaveLength(1);
  });

  it("is closed to virtual keys, and its last findings can be read again", async () => {
    const key = await world.gateway.createKey();
    const headers = { authorization: `Bearer ${key}` };
    expect((await fetch(`${world.gateway.url}/health`, { headers })).status).toBe(403);
    await health("?model=wrong-key");
    const latest = await world.gateway.admin("/health/latest");
    expect(await latest.text()).toContain("upstream_credential");
    expect(world.gateway.logs.join("\n")).not.toContain(CANARY);
  });
});

it("the list of routes is public and has what is served", async () => {
  const world = await startWorld();
  const response = await fetch(`${world.gateway.url}/routes`);
  const { routes } = (await response.json()) as { routes: { path: string; methods: string[] }[] };
  const methodsOf = (path: string) => routes.find((one) => one.path === path)?.methods;
  expect(methodsOf("/v1/chat/completions")).toEqual(["POST"]);
  expect(methodsOf("/credentials")).toEqual(expect.arrayContaining(["GET", "POST"]));
  expect(methodsOf("/model/:id/update")).toEqual(["PATCH"]);
  await world.stop();
});
