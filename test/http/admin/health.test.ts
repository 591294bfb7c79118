import { describe, expect, it } from "vitest";
import type { HealthCheck } from "../../../src/pipeline/check-health.ts";
import type { Sink } from "../../../src/platform/sinks/sink.ts";
import { loaded } from "../../core/config/sample.ts";
import { createAdmin, runtimeOf, textAt } from "./admin.ts";

const FILE = {
  model_list: [
    model("good", { api_key: "sk-canary-good" }),
    model("bad", { api_key: "sk-canary-bad" }),
    model("image", {}, { mode: "image_generation" }),
  ],
  router_settings: { model_group_alias: { nick: "good" } },
};

function model(name: string, params: object, info: object = {}) {
  return {
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_base: "https://api.example.com/v1", ...params },
    model_info: { id: `id-${name}`, ...info },
  };
}

const FOUND: Record<string, HealthCheck> = {
  good: { kind: "healthy", durationMs: 12 },
  bad: {
    kind: "unhealthy",
    durationMs: 7,
    code: "upstream_credential",
    message: "The vendor refused the credential.",
  },
  image: { kind: "skipped", message: "not small" },
};

const asked: string[] = [];
const config = loaded(FILE);
const admin = createAdmin({
  config,
  checkHealth: ({ group }) => {
    asked.push(group);
    return Promise.resolve(FOUND[group] ?? { kind: "skipped", message: "unexpected" });
  },
});

describe("GET /health", () => {
  it("tells who answered, who did not and why, and who was not asked", async () => {
    const { status, body } = await admin.get("/health");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      healthy_endpoints: [{ model: "openai/good", model_id: "id-good", response_time_ms: 12 }],
      unhealthy_endpoints: [
        { model_name: "bad", error: FOUND["bad"]?.kind === "unhealthy" && FOUND["bad"].message },
      ],
      skipped_endpoints: [{ model_name: "image", reason: "not small" }],
      healthy_count: 1,
      unhealthy_count: 1,
    });
    expect(JSON.stringify(body)).not.toContain("canary");
  });

  it("asks one model, by name, alias or id", async () => {
    for (const query of ["model=good", "model=nick", "model=id-good", "model_id=id-good"]) {
      asked.length = 0;
      await admin.get(`/health?${query}`);
      expect(asked, query).toEqual(["good"]);
    }
    expect((await admin.get("/health?model=nobody")).status).toBe(404);
  });

  it("is remembered for /health/latest, by a code and not by the vendor's words", async () => {
    await admin.get("/health");
    const { body } = await admin.get("/health/latest");
    expect(body).toMatchObject({
      latest_health_checks: {
        "id-good": { status: "healthy", error_message: null, response_time_ms: 12 },
        "id-bad": { status: "unhealthy", error_message: "upstream_credential" },
      },
      total_models: 2,
    });
  });

  it("costs money, so it is for administrators", async () => {
    const key = textAt((await admin.post("/key/generate", {})).body, "key");
    asked.length = 0;
    expect((await admin.get("/health", key)).status).toBe(403);
    expect(asked).toEqual([]);
  });
});

describe("GET /health/services", () => {
  const sinkWith = (outcome: "delivered" | "dropped"): Sink & { seen: unknown[] } => {
    const seen: unknown[] = [];
    return {
      name: "datadog",
      seen,
      deliver: (records) => {
        seen.push(...records);
        const found =
          outcome === "delivered"
            ? ({ kind: "delivered" } as const)
            : ({ kind: "dropped", reason: "status-403" } as const);
        return Promise.resolve(new Map(records.map((one) => [one.requestId, found])));
      },
    };
  };

  it("sends a record that says it is a test", async () => {
    const sink = sinkWith("delivered");
    const { body } = await createAdmin({ sinks: [sink] }).get("/health/services?service=datadog");
    expect(body).toMatchObject({ status: "success" });
    expect(sink.seen).toMatchObject([
      { route: "/health/services", costNanoUsd: 0, tags: ["litellm-internal-health-check"] },
    ]);
  });

  it("says when the callback refuses it, and when there is no such callback", async () => {
    const refusing = createAdmin({ sinks: [sinkWith("dropped")] });
    const refused = await refusing.get("/health/services?service=datadog");
    expect(refused.status).toBe(502);
    expect(textAt(refused.body, "error", "message")).toContain("status-403");
    const unknown = await refusing.get("/health/services?service=slack");
    expect(unknown.status).toBe(400);
    expect(textAt(unknown.body, "error", "message")).toContain("Set up: datadog");
  });
});

describe("what is configured", () => {
  it("is told without the secrets that stand in the file", async () => {
    const raw = {
      ...FILE,
      environment_variables: { DD_API_KEY: "canary-variable", DD_SITE: "os.environ/SITE" },
      credential_list: [
        {
          credential_name: "c",
          credential_values: {
            api_key: "canary-credential",
            vertex_credentials: { private_key: "canary-private" },
          },
        },
      ],
    };
    const { get } = createAdmin({ runtime: runtimeOf(raw) });
    const { body } = await get("/config/yaml");
    expect(JSON.stringify(body)).not.toContain("canary");
    expect(body).toMatchObject({
      model_list: [{ model_name: "good", litellm_params: { api_key: "********" } }, {}, {}],
      environment_variables: { DD_API_KEY: "********", DD_SITE: "os.environ/SITE" },
    });
  });

  it("is told in LiteLLM's words", async () => {
    const { get } = createAdmin({ config });
    expect((await get("/get/config/callbacks")).body).toMatchObject({
      status: "success",
      callbacks: [],
      router_settings: { model_group_alias: { nick: "good" } },
    });
    expect((await get("/active/callbacks")).body).toEqual((await get("/settings")).body);
    expect((await get("/health/license")).body).toMatchObject({ has_license: false });
    expect((await get("/health/shared-status")).body).toHaveProperty("message");
    expect((await get("/health/backlog")).body).toEqual({ in_flight_requests: 0 });
  });
});
