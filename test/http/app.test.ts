import { describe, expect, it, vi } from "vitest";
import { call, DEMO, environmentWith, post } from "./call.ts";

const gateway = environmentWith(DEMO);
const BODY = { model: "demo", max_tokens: 20, messages: [{ role: "user", content: "Hi" }] };

describe("a route", () => {
  it.each([
    ["/v1/chat/completions", "chat.completion"],
    ["/chat/completions", "chat.completion"],
    ["/v1/messages", "message"],
    ["/messages", "message"],
  ])("%s answers in its grammar", async (path, kind) => {
    const response = await post(gateway, path, BODY);
    expect(response.status).toBe(200);
    const body: { object?: string; type?: string } = await response.json();
    expect(body.object ?? body.type).toBe(kind);
  });

  it.each(["/v1/messages/count_tokens", "/messages/count_tokens"])("%s counts", async (path) => {
    const response = await post(gateway, path, BODY);
    const { input_tokens: tokens }: { input_tokens: number } = await response.json();
    expect(tokens).toBeGreaterThan(0);
  });

  it("that nobody serves is told as LiteLLM tells it", async () => {
    for (const path of [
      "/v1/nothing",
      "/v1/chat/completions/x",
      "/.env",
      "/v1//chat/completions",
    ]) {
      const response = await post(gateway, path, BODY);
      expect([response.status, await response.json()]).toEqual([404, { detail: "Not Found" }]);
    }
  });

  it("at the root says where to go next", async () => {
    const response = await call(gateway, "/");
    expect(await response.json()).toMatchObject({ name: "sekisho", models: "/v1/models" });
  });
});

describe("a gateway that is set up wrong", () => {
  it.each([
    ["no master key", { LITELLM_MASTER_KEY: undefined }],
    ["a master key of everybody's", { LITELLM_MASTER_KEY: "sk-1234" }],
    ["a short key secret", { SEKISHO_KEY_SECRET: "short-and-secret" }],
    ["a configuration that is none", { SEKISHO_CONFIG_JSON: '{"version":"1","config":[]}' }],
    ["a configuration that is no JSON", { SEKISHO_CONFIG_JSON: "{secret" }],
  ])(
    "by %s answers 503, tells a stranger nothing and the log what to correct",
    async (_what, changes) => {
      const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
      const response = await post(environmentWith(DEMO, changes), "/v1/chat/completions", BODY);
      expect(response.status).toBe(503);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        error: { type: "service_unavailable_error", code: "503" },
      });
      expect(text).not.toMatch(/secret|MASTER|1234/);
      const logged = said.mock.calls.flat().join("\n");
      expect(logged).toMatch(
        /"not_ready".*(LITELLM_MASTER_KEY|SEKISHO_KEY_SECRET|SEKISHO_CONFIG|must be)/,
      );
      expect(logged).not.toMatch(/sk-1234|short-and-secret|\{secret/);
      said.mockRestore();
    },
  );
});
