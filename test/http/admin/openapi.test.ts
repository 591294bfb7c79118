import { describe as suite, expect, it } from "vitest";
import { isJsonObject } from "../../../src/core/json.ts";
import { ADMIN_ROUTES, adminRoutes } from "../../../src/http/admin/index.ts";
import { createAdmin } from "./admin.ts";

suite("the management API's description of itself", () => {
  it("has every route, with what it takes and who may call it", async () => {
    const { get } = createAdmin();
    const { body } = await get("/openapi.json", "");
    const { paths } = body;
    if (!isJsonObject(paths)) throw new Error("no paths");
    for (const { method, paths: names } of ADMIN_ROUTES) {
      const path = names[0].replaceAll(/:(\w+)/g, "{$1}");
      expect(paths[path], path).toHaveProperty(method.toLowerCase());
    }
    expect(paths["/key/generate"]).toMatchObject({
      post: {
        requestBody: {
          content: {
            "application/json": {
              schema: { properties: { key_alias: {}, max_budget: {}, models: {} } },
            },
          },
        },
        "x-roles": [
          "proxy_admin",
          "org_admin (organization)",
          "team_admin (team)",
          "internal_user (own)",
        ],
      },
    });
    expect(paths["/audit/{id}"]).toMatchObject({
      get: { parameters: [{ name: "id", in: "path", required: true }] },
    });
  });

  it("is a page without scripts, and nothing on it comes from elsewhere", async () => {
    const page = await adminRoutes(() => {
      throw new Error("nothing of the world is needed");
    }).request("/docs");
    const text = await page.text();
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(text).toContain("/key/generate");
    expect(text).not.toMatch(/<script|https?:\/\//);
  });
});
