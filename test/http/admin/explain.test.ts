import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/core/json.ts";
import { call, environmentWith, MASTER_KEY, post } from "../call.ts";

const JSON_TYPE = { "content-type": "application/json" };
const demoAt = (id: string) => ({
  model_name: "pair",
  litellm_params: { model: "demo/demo" },
  model_info: { id },
});

const placed = (id: string, region_name: string) => ({
  model_name: "placed",
  litellm_params: { model: "demo/demo", region_name },
  model_info: { id },
});

const gateway = environmentWith({
  model_list: [
    { model_name: "demo", litellm_params: { model: "demo/demo" } },
    demoAt("first"),
    demoAt("second"),
    placed("abroad", "us"),
    placed("home", "eu"),
  ],
});

async function newKey(body: object): Promise<{ key: string; token: string }> {
  const made = await post(gateway, "/key/generate", body, JSON_TYPE);
  if (made.status !== 200) throw new Error(await made.text());
  return made.json<{ key: string; token: string }>();
}

async function explain(body: object, key = MASTER_KEY, path = "/explain") {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${key}` };
  const response = await post(gateway, path, body, headers);
  const told: unknown = await response.json();
  if (!isJsonObject(told)) throw new Error("not an object");
  return { status: response.status, told };
}

const asking = (model: string, content = "Hi"): JsonObject => ({
  model,
  max_tokens: 50,
  messages: [{ role: "user", content }],
});

describe("POST /explain", () => {
  it("tells what would happen, why, and the figures behind it", async () => {
    const { key } = await newKey({ max_budget: 10, budget_duration: "30d", rpm_limit: 60 });
    const { status, told } = await explain({ request: asking("demo") }, key);
    expect(status).toBe(200);
    expect(told).toMatchObject({
      outcome: "would_be_sent",
      error: null,
      model: { asked: "demo", served: "demo" },
      budgets: [{ scope: "key", max_budget: 10, spend: 0, held: 0, budget_duration: "30d" }],
      limits: [{ scope: "key", unit: "requests", limit: 60, remaining: 60 }],
      choice: { reason: "only" },
      deployments: [{ provider: "demo", eligible: true, excluded_by: null }],
    });
    expect(told.why).toContainEqual(expect.stringContaining("The key may make this call"));
  });

  it("tells by which rules of its own a key is routed, and whom they leave out", async () => {
    const router_settings = { allowed_model_region: "eu", num_retries: 0, timeout: 7 };
    const { key } = await newKey({ router_settings });
    const { told } = await explain({ request: asking("placed") }, key);
    expect(told).toMatchObject({
      outcome: "would_be_sent",
      routing: { num_retries: 0, timeout: 7, allowed_model_region: ["eu"], tag_filtering: false },
      choice: { deployment_id: "home" },
      deployments: [
        { id: "abroad", eligible: false, excluded_by: "region" },
        { id: "home", eligible: true, excluded_by: null },
      ],
    });
    expect(told.why).toContain("Its prompt may be read in eu only.");
    expect(told.why).toContain(
      "Its key or team has router_settings of its own: allowed_model_region, num_retries, timeout.",
    );
    const narrowed = { ...asking("placed"), allowed_model_region: "us" };
    const { told: refused } = await explain({ request: narrowed }, key);
    expect(refused).toMatchObject({ outcome: "would_be_refused", error: { status: 403 } });
  });

  it("asks the pool of a model with a choice, and what it names is what then answers", async () => {
    const { key } = await newKey({});
    const body = asking("pair", "word ".repeat(4_000));
    const headers = { ...JSON_TYPE, authorization: `Bearer ${key}` };
    const before = await explain({ request: body }, key);
    expect(before.told.choice).toMatchObject({ reason: "strategy" });
    const answered = await post(gateway, "/v1/chat/completions", body, headers);
    const { told } = await explain({ request: body }, key);
    const asked = answered.headers.get("x-litellm-model-id");
    expect(told.choice).toMatchObject({ deployment_id: asked, reason: "affinity" });
    expect(told.strategy).toBe("adaptive");
    const again = await post(gateway, "/v1/chat/completions", body, headers);
    expect(again.headers.get("x-litellm-model-id")).toBe(asked);
  });

  it("knows other grammars' routes, with and without /v1, and names those it knows", async () => {
    for (const route of ["/v1/messages", "/messages"]) {
      const { told } = await explain({ route, request: asking("demo") });
      expect(told.outcome).toBe("would_be_sent");
    }
    const { status, told } = await explain({ route: "/v1/files", request: {} });
    expect(status).toBe(400);
    expect(JSON.stringify(told)).toContain("/v1/messages");
  });

  it("takes the call's headers into account", async () => {
    const { key } = await newKey({});
    const request = asking("demo");
    const { told } = await explain({ request, headers: { "x-litellm-timeout": "soon" } }, key);
    expect(told).toMatchObject({ outcome: "would_be_refused", error: { code: "invalid_request" } });
    const bad = await explain({ request, headers: { "not a name": "x" } }, key);
    expect(bad.status).toBe(400);
  });

  it("tells an administrator about any key, by itself or by its hash", async () => {
    const { key, token } = await newKey({ models: ["demo"] });
    for (const one of [key, token]) {
      const { told } = await explain(
        { key: one, request: asking("pair") },
        MASTER_KEY,
        "/sekisho/explain",
      );
      expect(told).toMatchObject({
        outcome: "would_be_refused",
        error: { code: "model_access_denied", status: 403 },
      });
    }
    const { status } = await explain({ key: "f".repeat(64), request: asking("demo") });
    expect(status).toBe(404);
  });

  it("tells everybody else about the key in their hand alone", async () => {
    const [mine, others] = [await newKey({}), await newKey({})];
    const own = await explain({ key: mine.key, request: asking("demo") }, mine.key);
    expect(own.told.outcome).toBe("would_be_sent");
    const foreign = await explain({ key: others.token, request: asking("demo") }, mine.key);
    expect(foreign.status).toBe(403);
    const nobody = await call(gateway, "/explain", { method: "POST", body: "{}" });
    expect(nobody.status).toBe(401);
  });

  it("may be asked with a key that is kept to calling models", async () => {
    const { key } = await newKey({ key_type: "llm_api" });
    const { told } = await explain({ request: asking("demo") }, key);
    expect(told.outcome).toBe("would_be_sent");
  });
});
