import { describe, expect, it } from "vitest";
import { call, DEMO, environmentWith, MASTER_KEY } from "./call.ts";

const gateway = environmentWith({
  model_list: [
    { ...DEMO.model_list[0], model_info: { id: "first" } },
    { ...DEMO.model_list[1], model_info: { id: "second" } },
  ],
  router_settings: { model_group_alias: { nick: "demo" } },
});
const KEY = { "x-litellm-api-key": MASTER_KEY };

describe.each(["/v1/model/info", "/model/info", "/v2/model/info"])("%s", (path) => {
  it("tells of every deployment under each of its names", async () => {
    const response = await call(gateway, path, { headers: KEY });
    const told = (name: string, id: string) => ({
      model_name: name,
      litellm_params: { model: name },
      model_info: { id, db_model: false, mode: "chat", input_cost_per_token: 1e-6 },
    });
    expect(await response.json()).toMatchObject({
      data: [told("demo", "first"), told("other", "second"), told("nick", "first")],
    });
  });

  it("tells of one deployment by its id", async () => {
    const response = await call(gateway, `${path}?litellm_model_id=first`, { headers: KEY });
    expect(await response.json()).toMatchObject({ data: [{ model_name: "demo" }] });
  });

  it("says so when no deployment has the id", async () => {
    const response = await call(gateway, `${path}?litellm_model_id=third`, { headers: KEY });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "litellm_model_id" } });
  });

  it("is closed to strangers", async () => {
    expect((await call(gateway, path)).status).toBe(401);
  });
});

it("groups are summed up by name", async () => {
  const response = await call(gateway, "/model_group/info", { headers: KEY });
  expect(await response.json()).toMatchObject({
    data: [
      { model_group: "demo", providers: ["demo"], input_cost_per_token: 1e-6 },
      { model_group: "other" },
      { model_group: "nick" },
    ],
  });
});
