import { describe, expect, it } from "vitest";
import { app } from "../../src/http/app.ts";
import { call, DEMO, environmentWith, MASTER_KEY } from "./call.ts";

const gateway = environmentWith(DEMO);
const KEY = { authorization: `Bearer ${MASTER_KEY}` };
const ANTHROPIC = "/v1/projects/p/locations/l/publishers/anthropic/models";

/** Every path without a parameter, from the application itself. */
const PLAIN = [
  ...new Set(app.routes.filter(({ method }) => method !== "ALL").map(({ path }) => path)),
].filter((path) => !/[:*{]/.test(path));

describe("another method than a path has", () => {
  it("is told which it has, on every path there is", async () => {
    expect(PLAIN.length).toBeGreaterThan(60);
    for (const path of PLAIN) {
      const response = await call(gateway, path, { method: "PROPFIND", headers: KEY });
      const served = app.routes.filter((route) => route.path === path && route.method !== "ALL");
      expect([path, response.status]).toEqual([path, 405]);
      expect(await response.json()).toEqual({ detail: "Method Not Allowed" });
      const allowed = (response.headers.get("allow") ?? "").split(", ");
      for (const { method } of served) expect(allowed).toContain(method);
    }
  });

  it.each([
    ["PUT", "/v1/chat/completions", "POST, OPTIONS"],
    ["GET", "/v1/messages", "POST, OPTIONS"],
    ["GET", "/openai/deployments/demo/chat/completions", "POST, OPTIONS"],
    ["DELETE", "/v1beta/models/a/b:generateContent", "GET, HEAD, POST, OPTIONS"],
    ["GET", `${ANTHROPIC}/demo:rawPredict`, "POST, OPTIONS"],
    ["GET", "/bedrock/model/demo/converse", "POST, OPTIONS"],
    ["POST", "/v1/models", "GET, HEAD, OPTIONS"],
    ["DELETE", "/key/info", "GET, HEAD, OPTIONS"],
    ["GET", "/key/generate", "POST, OPTIONS"],
    ["HEAD", "/key/generate", "POST, OPTIONS"],
  ])("%s %s", async (method, path, allow) => {
    const response = await call(gateway, path, { method, headers: KEY });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("is not told to strangers' paths, whatever stands in front of them", async () => {
    for (const path of ["/key/nothing", "/team/x/y", "/v1/nothing", "/.git/config", "/%00"]) {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const response = await call(gateway, path, { method, headers: KEY });
        expect([path, response.status, await response.json()]).toEqual([
          path,
          404,
          { detail: "Not Found" },
        ]);
      }
    }
  });
});

describe("HEAD and OPTIONS", () => {
  it("HEAD answers what GET would, less the body", async () => {
    const response = await call(gateway, "/v1/models", { method: "HEAD", headers: KEY });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    const refused = await call(gateway, "/v1/models", { method: "HEAD" });
    expect(refused.status).toBe(401);
    const probe = await call(gateway, "/health/readiness", { method: "HEAD" });
    expect(probe.status).toBe(200);
  });

  it("OPTIONS without a key names the methods, and runs none of them", async () => {
    const response = await call(gateway, "/key/generate", { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
  });
});
