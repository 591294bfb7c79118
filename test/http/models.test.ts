import { describe, expect, it } from "vitest";
import { call, DEMO, environmentWith, MASTER_KEY } from "./call.ts";

const gateway = environmentWith({
  ...DEMO,
  router_settings: { model_group_alias: { nick: "demo" } },
});
const KEY = { authorization: `Bearer ${MASTER_KEY}` };

describe.each(["/v1/models", "/models"])("%s", (path) => {
  it("lists models for OpenAI's clients", async () => {
    const response = await call(gateway, path, { headers: KEY });
    const model = { object: "model", created: 1_677_610_602, owned_by: "openai" };
    expect(await response.json()).toEqual({
      object: "list",
      data: [
        { id: "demo", ...model },
        { id: "other", ...model },
        { id: "nick", ...model },
      ],
    });
  });

  it("lists models for Anthropic's, who name their version", async () => {
    const headers = { ...KEY, "anthropic-version": "2023-06-01" };
    const response = await call(gateway, path, { headers });
    expect(await response.json()).toMatchObject({
      data: [{ type: "model", id: "demo", display_name: "demo" }, { id: "other" }, { id: "nick" }],
      has_more: false,
      first_id: "demo",
      last_id: "nick",
    });
  });

  it("is closed to strangers, in the grammar of who asks", async () => {
    const openai = await call(gateway, path);
    expect(openai.status).toBe(401);
    expect(await openai.json()).toMatchObject({ error: { type: "auth_error", code: "401" } });
    const anthropic = await call(gateway, path, { headers: { "anthropic-version": "2023-06-01" } });
    expect(await anthropic.json()).toMatchObject({ error: { type: "authentication_error" } });
  });
});

it("a gateway without models has an empty list", async () => {
  const empty = environmentWith({ model_list: [] });
  const headers = { ...KEY, "anthropic-version": "2023-06-01" };
  const response = await call(empty, "/v1/models", { headers });
  expect(await response.json()).toEqual({
    data: [],
    has_more: false,
    first_id: null,
    last_id: null,
  });
});
