import { describe, expect, it } from "vitest";
import { createAdmin, MASTER_KEY, textAt } from "./admin.ts";

const { post, send, get } = createAdmin();

const PATHS = [
  "/key/generate",
  "/key/update",
  "/key/delete",
  "/key/block",
  "/key/unblock",
  "/team/new",
  "/team/update",
  "/user/new",
  "/user/update",
];
const READS = ["/key/list", "/team/info?team_id=x", "/user/info"];

describe("the management routes", () => {
  it.each([
    ["authorization", `Bearer ${MASTER_KEY}`],
    ["authorization", `bearer ${MASTER_KEY}`],
    ["authorization", MASTER_KEY],
    ["x-api-key", MASTER_KEY],
    ["api-key", MASTER_KEY],
    ["x-goog-api-key", MASTER_KEY],
    ["ocp-apim-subscription-key", MASTER_KEY],
    ["x-litellm-api-key", MASTER_KEY],
  ])("take the master key in %s", async (name, value) => {
    expect((await send("/key/list", { headers: { [name]: value } })).status).toBe(200);
  });

  it("take the master key in the header the operator named", async () => {
    const custom = createAdmin({ keyHeaderName: "x-company-key" });
    const answer = await custom.send("/key/list", { headers: { "x-company-key": MASTER_KEY } });
    expect(answer.status).toBe(200);
  });

  it("are closed to callers without a key and with a wrong one", async () => {
    const strangers: Record<string, string>[] = [
      {},
      { authorization: "Bearer sk-wrong-key" },
      { authorization: "Bearer not-even-a-key" },
      { authorization: `Bearer ${MASTER_KEY}x` },
      { authorization: `Bearer sk-sekisho-${"a".repeat(75)}` },
    ];
    for (const headers of strangers) {
      for (const path of READS) {
        const { status, body } = await send(path, { headers });
        expect(status, path).toBe(401);
        expect(body).toMatchObject({ error: { code: "401" } });
      }
      for (const path of PATHS) {
        expect((await send(path, { method: "POST", headers, body: "{" })).status, path).toBe(401);
      }
    }
  });

  it("are closed to virtual keys, whatever they send", async () => {
    const key = textAt((await post("/key/generate", {})).body, "key");
    for (const path of PATHS) {
      const answer = await post(path, {}, { authorization: `Bearer ${key}` });
      expect(answer, path).toMatchObject({ status: 403, body: { error: { code: "403" } } });
    }
    expect((await get("/user/info?user_id=default_user_id", key)).status).toBe(404);
    expect((await get("/team/info?team_id=x", key)).status).toBe(404);
    // The one thing it may know about is itself.
    expect((await get("/key/list", key)).body).toMatchObject({ total_count: 1 });
  });

  it("never repeat a key they refuse", async () => {
    const secret = "sk-secret-of-somebody-else-12345";
    const { body } = await get("/key/list", secret);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(JSON.stringify(body)).toContain("sk-...2345");
  });

  it("record whom the administrator acts for", async () => {
    const { body } = await post("/key/generate", {}, { "litellm-changed-by": "sre@example.com" });
    expect(body["created_by"]).toBe("sre@example.com");
  });
});
