import { describe, expect, it } from "vitest";
import { call, DEMO, environmentWith, MASTER_KEY, post } from "./call.ts";

const gateway = environmentWith(DEMO);
const ORIGIN = { origin: "https://page.example" };
const BODY = { model: "demo", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };

function preflight(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return call(gateway, path, {
    method: "OPTIONS",
    headers: {
      ...ORIGIN,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-stainless-lang",
      ...headers,
    },
  });
}

describe("a web page of any origin", () => {
  it.each([
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1beta/models/demo:streamGenerateContent",
    "/bedrock/model/demo/converse",
    "/v1/embeddings",
  ])("may ask %s with the headers its SDK sends", async (path) => {
    const response = await preflight(path);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,x-stainless-lang",
    );
    expect(Number(response.headers.get("access-control-max-age"))).toBeGreaterThan(0);
  });

  it("is asked for no key before it sends one, and for no configuration either", async () => {
    const broken = environmentWith(DEMO, { LITELLM_MASTER_KEY: undefined });
    const response = await call(broken, "/v1/models", {
      method: "OPTIONS",
      headers: { ...ORIGIN, "access-control-request-method": "GET" },
    });
    expect(response.status).toBe(204);
  });

  it("reads answers and their headers, whole and streamed", async () => {
    for (const stream of [false, true]) {
      const response = await post(gateway, "/v1/chat/completions", { ...BODY, stream }, ORIGIN);
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-expose-headers")).toBe("*");
    }
  });

  it("reads refusals too, so that it can say what is wrong", async () => {
    const headers = { ...ORIGIN, authorization: "Bearer sk-nobody" };
    const refused = await call(gateway, "/v1/models", { headers });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    const broken = environmentWith(DEMO, { LITELLM_MASTER_KEY: undefined });
    const failed = await post(broken, "/v1/chat/completions", BODY, ORIGIN);
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("is never let in with cookies", async () => {
    const asked = await preflight("/v1/chat/completions");
    const answered = await post(gateway, "/v1/chat/completions", BODY, ORIGIN);
    for (const response of [asked, answered]) {
      expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    }
  });

  it.each(["/key/generate", "/key/info", "/team/new", "/user/new", "/nothing"])(
    "has no business at %s",
    async (path) => {
      expect((await preflight(path)).headers.get("access-control-allow-origin")).toBeNull();
      const headers = { ...ORIGIN, authorization: `Bearer ${MASTER_KEY}` };
      const response = await call(gateway, path, { headers });
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    },
  );
});

it("servers, which name no origin, are told nothing of browsers", async () => {
  const response = await post(gateway, "/v1/chat/completions", BODY);
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
});
