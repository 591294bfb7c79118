import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { createAdmin, runtimeOf, textAt } from "./admin.ts";

const FILE = {
  model_list: [
    { model_name: "demo", litellm_params: { model: "demo/demo" }, model_info: { id: "in-file" } },
  ],
  router_settings: { model_group_alias: { nick: "demo" } },
};
const CANARY = "sk-canary-of-a-model-0123456789";
const PARAMS = {
  model: "openai/gpt-4.1",
  api_key: CANARY,
  rpm: 5,
  extra_headers: { authorization: `Bearer ${CANARY}` },
};

const runtime = runtimeOf(FILE);
const { post, send, get } = createAdmin({ runtime });
const log = vi.spyOn(console, "error").mockImplementation(() => undefined);

const patch = (path: string, body: object) => post(path, body, {}, "PATCH");
const groups = async () => (await runtime.current(() => undefined)).groups;
const add = (changes: object = {}) =>
  post("/model/new", { model_name: "gpt", litellm_params: PARAMS, ...changes });

/** Everything D1 holds of models, credentials and what was done to them. */
async function everythingStored(): Promise<string> {
  const tables = ["models", "credentials", "audit_log", "settings"];
  const all = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(all.map(({ results }) => results));
}

beforeEach(async () => {
  log.mockClear();
  await env.DB.batch(
    ["models", "credentials"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  await runtime.reload();
});
afterEach(async () => {
  // Whatever a test did: no row, no entry of the audit log and no line of the log tells the secret.
  expect(await everythingStored()).not.toContain("canary");
  expect(JSON.stringify(log.mock.calls)).not.toContain("canary");
});

describe("POST /model/new", () => {
  it("adds a deployment that serves at once, and answers LiteLLM's row without the secret", async () => {
    const { status, body } = await add({ model_info: { access_groups: ["beta"], team: "ours" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model_name: "gpt",
      litellm_params: { model: "openai/gpt-4.1", api_key: "********", rpm: 5 },
      model_info: { id: body["model_id"], db_model: true, access_groups: ["beta"], team: "ours" },
      created_by: "default_user_id",
    });
    expect(JSON.stringify(body)).not.toContain("canary");
    const [added] = (await groups()).get("gpt") ?? [];
    expect(added).toMatchObject({ id: body["model_id"], accessGroups: ["beta"], stored: true });
    expect(added?.connection.api_key).toBe(CANARY);
  });

  it("says what of it has no effect", async () => {
    const { body } = await add({ litellm_params: { ...PARAMS, itpm: 3 } });
    expect(body["warnings"]).toContain("litellm_params.itpm: not supported yet: itpm");
  });

  it("refuses an id that is taken", async () => {
    await add({ model_info: { id: "mine" } });
    expect(await add({ model_info: { id: "mine" } })).toMatchObject({
      status: 409,
      body: { error: { param: "model_info.id" } },
    });
  });

  it.each<[string, object, string]>([
    ["an unknown provider", { litellm_params: { model: "nobody/m" } }, "nobody"],
    ["a model without a name", { litellm_params: {} }, "litellm_params.model: is missing"],
    ["a limit that is none", { litellm_params: { ...PARAMS, tpm: "much" } }, "litellm_params.tpm"],
    ["an alias of the file", { model_name: "nick" }, "is an alias"],
    [
      "an unknown credential",
      { litellm_params: { model: "openai/x", litellm_credential_name: "lost" } },
      '"lost" is not in credential_list',
    ],
    [
      "a machine's metadata",
      { litellm_params: { ...PARAMS, api_base: "http://169.254.169.254/" } },
      "litellm_params.api_base",
    ],
    [
      "a private network",
      { litellm_params: { ...PARAMS, api_base: "http://10.0.0.7/v1" } },
      "private_upstreams",
    ],
    [
      "a secret of the gateway",
      { litellm_params: { ...PARAMS, api_key: "os.environ/SEKISHO_KEY_SECRET" } },
      "litellm_params.api_key",
    ],
    ["a mask for a secret", { litellm_params: { ...PARAMS, api_key: "********" } }, "mask"],
    ["a secret callers would be told", { model_info: { api_key: CANARY } }, "model_info.api_key"],
    ["a team's own model", { model_info: { team_id: "t1" } }, "model_info.team_id"],
    ["an id that is no text", { model_info: { id: 7 } }, "model_info.id"],
  ])("refuses %s by name, and stores nothing", async (_, changes, said) => {
    const { status, body } = await add(changes);
    expect(status).toBe(400);
    expect(textAt(body, "error", "message")).toContain(said);
    expect(JSON.stringify(body)).not.toContain("canary");
    const { results } = await env.DB.prepare("SELECT id FROM models").all();
    expect(results).toEqual([]);
  });

  it("is for administrators, whoever asks to send the gateway somewhere else", async () => {
    const key = textAt((await post("/key/generate", {})).body, "key");
    const answer = await post(
      "/model/new",
      { model_name: "gpt", litellm_params: { ...PARAMS, api_base: "https://evil.example" } },
      { authorization: `Bearer ${key}` },
    );
    expect(answer.status).toBe(403);
  });
});

describe("POST /model/update and PATCH /model/{id}/update", () => {
  it.each(["update", "patch"] as const)(
    "change what is named and nothing else (%s)",
    async (how) => {
      const id = textAt((await add()).body, "model_id");
      const changes: JsonObject = { model_name: "renamed", litellm_params: { rpm: 9 } };
      const { status, body } =
        how === "patch"
          ? await patch(`/model/${id}/update`, changes)
          : await post("/model/update", { ...changes, model_info: { id } });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        model_id: id,
        model_name: "renamed",
        litellm_params: { rpm: 9 },
      });
      const [changed] = (await groups()).get("renamed") ?? [];
      expect(changed).toMatchObject({ rpm: 9, model: "gpt-4.1" });
      expect(changed?.connection.api_key).toBe(CANARY);
    },
  );

  it("take what they showed back as it is: the mask is no secret, the id no note", async () => {
    const { body } = await add();
    const id = textAt(body, "model_id");
    expect((await post("/model/update", body)).status).toBe(200);
    const [same] = (await groups()).get("gpt") ?? [];
    expect(same?.connection.api_key).toBe(CANARY);
    const { body: told } = await patch(`/model/${id}/update`, { litellm_params: { rpm: null } });
    expect(told["litellm_params"]).not.toHaveProperty("rpm");
  });

  it("leave everything as it is when the change would not serve", async () => {
    const id = textAt((await add()).body, "model_id");
    const { status } = await patch(`/model/${id}/update`, { litellm_params: { model: "no/m" } });
    expect(status).toBe(400);
    expect((await groups()).get("gpt")?.[0]?.model).toBe("gpt-4.1");
  });

  it("say where a model of the file is changed", async () => {
    const config = await runtime.current(() => undefined);
    const admin = createAdmin({ runtime, config });
    const answer = await admin.post("/model/update", { model_info: { id: "in-file" } });
    expect(answer.status).toBe(400);
    expect(textAt(answer.body, "error", "message")).toContain("configuration file");
    expect((await post("/model/update", { model_info: { id: "x" } })).status).toBe(404);
    expect((await post("/model/update", { model_info: {} })).status).toBe(400);
  });
});

describe("POST /model/delete", () => {
  it("takes the model away, in LiteLLM's words", async () => {
    const id = textAt((await add()).body, "model_id");
    expect(await post("/model/delete", { id })).toEqual({
      status: 200,
      body: { message: `Model: ${id} deleted successfully` },
    });
    expect([...(await groups()).keys()]).toEqual(["demo"]);
    expect((await post("/model/delete", { id })).status).toBe(404);
  });
});

it("the audit log has every change, masked", async () => {
  const id = textAt((await add()).body, "model_id");
  await patch(`/model/${id}/update`, { litellm_params: { rpm: 8 } });
  await post("/model/delete", { id });
  const { body } = await get(`/audit?object_id=${id}`);
  // All within one moment of this clock, so in no order.
  expect(body["audit_logs"]).toHaveLength(3);
  for (const entry of [
    { action: "deleted", table_name: "LiteLLM_ProxyModelTable", updated_values: null },
    { action: "updated", before_value: { litellm_params: { rpm: 5, api_key: "********" } } },
    { action: "created", before_value: null },
  ]) {
    expect(body["audit_logs"]).toContainEqual(expect.objectContaining(partly(entry)));
  }
  expect(JSON.stringify(body)).not.toContain("canary");
});

describe("credentials", () => {
  const create = (values: object = { api_key: CANARY, api_base: "https://api.example.com" }) =>
    post("/credentials", {
      credential_name: "shared",
      credential_values: values,
      credential_info: { description: "ours" },
    });
  const shown = {
    credential_name: "shared",
    credential_values: { api_key: "********", api_base: "https://api.example.com" },
    credential_info: { description: "ours" },
  };

  it("are kept, listed and found without their secrets", async () => {
    expect(await create()).toMatchObject({ status: 200, body: { success: true } });
    expect((await get("/credentials")).body).toEqual({ success: true, credentials: [shown] });
    expect((await get("/credentials/by_name/shared")).body).toEqual(shown);
    expect((await create()).status).toBe(409);
    expect((await get("/credentials/by_name/lost")).status).toBe(404);
  });

  it("reach the models that refer to them, which follow a change at once", async () => {
    await create();
    const params = { model: "openai/gpt-4.1", litellm_credential_name: "shared" };
    const id = textAt((await add({ litellm_params: params })).body, "model_id");
    const keyOf = async () => (await groups()).get("gpt")?.[0]?.connection.api_key;
    expect(await keyOf()).toBe(CANARY);
    const second = `${CANARY}-second`;
    const change = { credential_values: { api_key: second, api_base: "********" } };
    expect((await patch("/credentials/shared", change)).status).toBe(200);
    expect(await keyOf()).toBe(second);

    const refused = await send("/credentials/shared", asMaster("DELETE"));
    expect(refused.status).toBe(409);
    expect(textAt(refused.body, "error", "message")).toContain(id);
    await post("/model/delete", { id });
    expect((await send("/credentials/shared", asMaster("DELETE"))).status).toBe(200);
    expect((await get("/credentials/by_name/shared")).status).toBe(404);
  });

  it.each<[string, object]>([
    ["a machine's metadata", { api_base: "http://169.254.169.254" }],
    ["a secret of the gateway", { api_key: "os.environ/LITELLM_MASTER_KEY" }],
    ["a mask", { api_key: "********" }],
  ])("are refused with %s", async (_, values) => {
    expect((await create(values)).status).toBe(400);
    expect((await get("/credentials")).body["credentials"]).toEqual([]);
  });
});

describe("/sekisho/model_facts", () => {
  const path = "/sekisho/model_facts";
  const facts = { models: [{ match: "demo", max_output_tokens: 33 }] };

  it("are replaced, told and laid over at once", async () => {
    expect(await post(path, facts, {}, "PUT")).toEqual({
      status: 200,
      body: { model_facts: facts },
    });
    expect((await get(path)).body).toEqual({ model_facts: facts });
    const limit = async () => (await groups()).get("demo")?.[0]?.facts.capabilities.maxOutputTokens;
    expect(await limit()).toBe(33);
    await post(path, {});
    expect(await limit()).not.toBe(33);
  });

  it("are refused by path, and nothing changes", async () => {
    const wrong = { models: [{ match: "demo", max_output_tokens: "many" }] };
    const { status, body } = await post(path, wrong, {}, "PUT");
    expect(status).toBe(400);
    expect(textAt(body, "error", "message")).toContain("models[0].max_output_tokens");
    expect((await get(path)).body).toEqual({ model_facts: {} });
  });
});

function asMaster(method: string): RequestInit {
  return { method, headers: { authorization: "Bearer sk-test-master" } };
}

/** Matches what is named at any depth. */
function partly(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [
      name,
      typeof inner === "object" && inner !== null ? expect.objectContaining(partly(inner)) : inner,
    ]),
  );
}
