import { describe, expect, it } from "vitest";
import { call, DEMO, environmentWith } from "./call.ts";

const gateway = environmentWith(DEMO);

describe("a probe", () => {
  it.each(["/health/liveliness", "/health/liveness"])("of %s needs no key", async (path) => {
    const response = await call(gateway, path);
    expect([response.status, await response.json()]).toEqual([200, "I'm alive!"]);
  });

  it("of readiness says that D1 is there and which configuration runs", async () => {
    const response = await call(gateway, "/health/readiness");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "healthy",
      db: "connected",
      config_version: "v-test",
    });
  });

  it("of readiness says so when D1 does not answer", async () => {
    const away = {
      prepare: () => {
        throw new Error("D1_ERROR: secret detail");
      },
    };
    const response = await call(environmentWith(DEMO, { DB: away }), "/health/readiness");
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: "unhealthy", db: "Not connected" });
    expect(text).not.toContain("secret");
  });
});
