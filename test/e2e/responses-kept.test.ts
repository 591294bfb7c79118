import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asArray, asObject, asString } from "../upstream/json.ts";
import type { JsonObject } from "../upstream/json.ts";
import { eventsOf } from "./upstream-client.ts";
import { entry, startWorld, type World } from "./world.ts";

/** Answers that OpenAI and Azure keep: who gets at them again, and who does not. */
let world: World;
let key: string;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld({
    models: ({ url, credentials }) => {
      const openai = { api_base: `${url}/openai/v1`, api_key: credentials.openaiApiKey };
      return [
        entry("openai-other", { model: "openai/gpt-4.1", ...openai, organization: "org-other" }),
        entry("openai-mini", { model: "openai/gpt-4o", ...openai }),
        entry("pool", { model: "openai/gpt-4.1", ...openai }),
        entry("pool", { model: "openai/gpt-4.1", ...openai, organization: "org-other" }),
      ];
    },
  });
  const { key: owned } = await teamKey("kept");
  key = owned;
  client = world.openai(key);
});
beforeEach(() => world.upstream.reset());
afterAll(() => world.stop());

async function teamKey(alias: string, body: object = {}): Promise<{ key: string; team: string }> {
  const made = await world.gateway.admin("/team/new", {
    method: "POST",
    body: { team_alias: alias, max_budget: 100 },
  });
  const team = asString(asObject(await made.json())["team_id"]);
  return { key: await world.gateway.createKey({ team_id: team, ...body }), team };
}

type Create = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** An answer, whole or as the SDK puts it together from its events. */
function ask(body: Create, stream: boolean, sdk = client): Promise<OpenAI.Responses.Response> {
  if (!stream) return sdk.responses.create(body);
  const { stream: _, ...rest } = body;
  return sdk.responses.stream(rest).finalResponse();
}

function vendorPaths(): string[] {
  return world.upstream.requests.map(({ method, path }) => `${method} ${path}`);
}

const SEALED = /^resp_sk[A-Za-z0-9_-]{40,}$/;

describe.each(["openai-gpt", "azure-v1", "azure-gpt", "azure-o3"])(
  "a kept answer of %s",
  (model) => {
    test.each([false, true])(
      "is had again, gone on from and deleted (stream: %s)",
      async (stream) => {
        const first = await ask({ model, input: "My name is Hanako." }, stream);
        expect(first.id).toMatch(SEALED);

        const again = await client.responses.retrieve(first.id);
        expect(again).toMatchObject({ id: first.id, status: "completed" });
        expect(again.output_text).toBe(first.output_text);
        const { data } = await client.responses.inputItems.list(first.id, { order: "asc" });
        expect(data).toMatchObject([
          { type: "message", role: "user", content: "My name is Hanako." },
        ]);

        const second = await ask(
          { model, input: "Who am I?", previous_response_id: first.id },
          stream,
        );
        expect(second.previous_response_id).toBe(first.id);
        expect(second.usage?.input_tokens).toBeGreaterThan(first.usage?.input_tokens ?? 0);
        const kept = await client.responses.retrieve(second.id);
        expect(kept.previous_response_id).toBe(first.id);

        await client.responses.delete(first.id);
        await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
        await expect(
          ask({ model, input: "And now?", previous_response_id: first.id }, stream),
        ).rejects.toMatchObject({ status: 400, code: "previous_response_not_found" });
      },
    );

    test("has one id in all events of its stream, which is not the vendor's", async () => {
      const response = await fetch(`${world.gateway.url}/v1/responses`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, input: "tokens:30 please", stream: true }),
      });
      const events = await eventsOf(response);
      const ids = events.map((event) => asObject(event["response"])["id"]).filter(Boolean);
      expect(ids.length).toBeGreaterThan(2);
      expect(new Set(ids).size).toBe(1);
      const id = asString(ids[0]);
      expect(id).toMatch(SEALED);
      await client.responses.retrieve(id);
      const vendorId = /GET .*\/(resp_\w+)$/.exec(vendorPaths().at(-1) ?? "")?.[1];
      expect(vendorId).toMatch(/^resp_01/);
      expect(JSON.stringify(events)).not.toContain(vendorId);
    });

    test("cannot be cancelled, because it is done, and the vendor's words name the caller's id", async () => {
      const { id } = await client.responses.create({ model, input: "Hi" });
      const error: unknown = await client.responses.cancel(id).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: 400 });
      expect(String(error)).toContain(`Cannot cancel a synchronous response: '${id}'`);
    });

    test("is not kept when the caller says so, and then nothing of it is touched", async () => {
      const { id } = await client.responses.create({ model, input: "Hi", store: false });
      expect(id).toMatch(/^resp_01/);
      await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
      expect(vendorPaths()).toHaveLength(1);
    });
  },
);

describe("somebody else", () => {
  const tries = (sdk: OpenAI, id: string) => [
    () => sdk.responses.retrieve(id),
    () => sdk.responses.delete(id),
    () => sdk.responses.cancel(id),
    () => sdk.responses.inputItems.list(id),
  ];

  async function refusedAll(sdk: OpenAI, id: string): Promise<void> {
    for (const attempt of tries(sdk, id))
      await expect(attempt()).rejects.toMatchObject({ status: 404, param: "response_id" });
    await expect(
      sdk.responses.create({ model: "openai-gpt", input: "Go on", previous_response_id: id }),
    ).rejects.toMatchObject({
      status: 400,
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  }

  test("of another team is told that there is no such answer, and so is the vendor nothing", async () => {
    const { id } = await client.responses.create({ model: "openai-gpt", input: "A secret" });
    const { key: other } = await teamKey("others");
    world.upstream.reset();
    await refusedAll(world.openai(other), id);
    await refusedAll(world.openai(await world.gateway.createKey()), id);
    await refusedAll(world.openai(world.gateway.masterKey), id);
    expect(world.upstream.requests).toEqual([]);
    expect((await client.responses.retrieve(id)).id).toBe(id);
  });

  test("of the same team has no part in what is a person's", async () => {
    const { key: shared, team } = await teamKey("mixed");
    for (const user_id of ["hanako", "taro"]) {
      await world.gateway.admin("/user/new", {
        method: "POST",
        body: { user_id, auto_create_key: false },
      });
    }
    const hers = await world.gateway.createKey({ team_id: team, user_id: "hanako" });
    const hersToo = await world.gateway.createKey({ team_id: team, user_id: "hanako" });
    const his = await world.gateway.createKey({ team_id: team, user_id: "taro" });
    const { id } = await world.openai(hers).responses.create({ model: "openai-gpt", input: "Hi" });
    expect((await world.openai(hersToo).responses.retrieve(id)).id).toBe(id);
    await refusedAll(world.openai(his), id);
    await refusedAll(world.openai(shared), id);

    const ours = await world.openai(shared).responses.create({ model: "openai-gpt", input: "Hi" });
    const second = await world.gateway.createKey({ team_id: team });
    expect((await world.openai(second).responses.retrieve(ours.id)).id).toBe(ours.id);
    await refusedAll(world.openai(hers), ours.id);
  });

  test("cannot make an id up, nor use the vendor's own", async () => {
    const { id } = await client.responses.create({ model: "openai-gpt", input: "Hi" });
    await client.responses.retrieve(id);
    const vendorId = vendorPaths().at(-1)?.split("/").at(-1) ?? "";
    world.upstream.reset();
    const changed = [...Array(id.length).keys()].filter((at) => at >= 7 && at % 9 === 0);
    for (const at of changed) {
      const forged = id.slice(0, at) + (id[at] === "A" ? "B" : "A") + id.slice(at + 1);
      await expect(client.responses.retrieve(forged)).rejects.toMatchObject({ status: 404 });
    }
    for (const forged of [vendorId, "resp_1", "resp_sk", `${id}x`, encodeURIComponent("../models")])
      await refusedAll(client, forged);
    expect(world.upstream.requests).toEqual([]);
  });
});

describe("a key that", () => {
  test("is blocked, or may not use the model any more, gets nothing", async () => {
    const { key: own } = await teamKey("changing");
    const sdk = world.openai(own);
    const { id } = await sdk.responses.create({ model: "openai-gpt", input: "Hi" });
    const update = (body: object) =>
      world.gateway.admin("/key/update", { method: "POST", body: { key: own, ...body } });
    expect((await update({ models: ["demo"] })).status).toBe(200);
    await expect(sdk.responses.retrieve(id)).rejects.toMatchObject({ status: 403 });
    await update({ models: [] });
    expect((await sdk.responses.retrieve(id)).id).toBe(id);
    await world.gateway.admin("/key/block", { method: "POST", body: { key: own } });
    await expect(sdk.responses.retrieve(id)).rejects.toMatchObject({ status: 401 });
  });

  test("may only make answers cannot ask for them again", async () => {
    const own = await world.gateway.createKey({ allowed_routes: ["/v1/responses"] });
    const { id } = await world.openai(own).responses.create({ model: "openai-gpt", input: "Hi" });
    await expect(world.openai(own).responses.retrieve(id)).rejects.toMatchObject({ status: 403 });
  });

  test("is none at all gets nothing", async () => {
    const response = await fetch(`${world.gateway.url}/v1/responses/resp_1`);
    expect(response.status).toBe(401);
  });

  test("has spent its budget gets what it paid for, and pays once", async () => {
    const own = await world.gateway.createKey({ max_budget: 100 });
    const sdk = world.openai(own);
    const { id } = await sdk.responses.create({ model: "openai-gpt", input: "Hi" });
    await world.gateway.admin("/key/update", {
      method: "POST",
      body: { key: own, max_budget: 0.000_000_1 },
    });
    for (let times = 0; times < 3; times++) await sdk.responses.retrieve(id);
    await sdk.responses.delete(id);
    const rows = await world.rows(own, 1);
    expect(rows).toHaveLength(1);
    // What is shown and recorded is the caller's id.
    expect(rows[0]).toMatchObject({ status: "success", response_id: id });
  });
});

describe("going on from a kept answer", () => {
  test("goes to the account that keeps it, and to no other of the model", async () => {
    const first = await client.responses.create({ model: "pool", input: "Remember me" });
    const [asked] = world.upstream.requests;
    const organization = asked?.headers["openai-organization"];
    for (let turn = 0; turn < 8; turn++) {
      world.upstream.reset();
      await client.responses.create({
        model: "pool",
        input: "Go on",
        previous_response_id: first.id,
      });
      expect(world.upstream.requests).toHaveLength(1);
      expect(world.upstream.requests[0]?.headers["openai-organization"]).toBe(organization);
    }
    // When that one fails there is nowhere else to go.
    world.upstream.reset();
    world.upstream.script({}, [{ status: { status: 500 } }], { sticky: true });
    await expect(
      client.responses.create({ model: "pool", input: "Go on", previous_response_id: first.id }),
    ).rejects.toMatchObject({ status: 502 });
    const organizations = world.upstream.requests.map((one) => one.headers["openai-organization"]);
    expect(new Set(organizations)).toEqual(new Set([organization]));
  });

  test("may change to another model of the same account, and not of another", async () => {
    const { id } = await client.responses.create({ model: "openai-gpt", input: "Hi" });
    const body = { input: "Go on", previous_response_id: id };
    const next = await client.responses.create({ ...body, model: "openai-mini" });
    expect(next.previous_response_id).toBe(id);
    world.upstream.reset();
    for (const model of ["openai-other", "azure-v1"]) {
      await expect(client.responses.create({ ...body, model })).rejects.toMatchObject({
        status: 400,
        param: "previous_response_id",
      });
    }
    expect(world.upstream.requests).toEqual([]);
  });

  test("answers a tool's call that only the vendor remembers", async () => {
    const tools: OpenAI.Responses.FunctionTool[] = [
      { type: "function", name: "get_weather", strict: false, parameters: { type: "object" } },
    ];
    const first = await client.responses.create({
      model: "openai-gpt",
      input: "call:get_weather {}",
      tools,
    });
    const call = first.output.find((item) => item.type === "function_call");
    const second = await client.responses.create({
      model: "openai-gpt",
      tools,
      previous_response_id: first.id,
      input: [
        { type: "function_call_output", call_id: call?.call_id ?? "", output: "sunny and warm" },
      ],
    });
    expect(second.output_text).toContain("sunny and warm");
  });
});

describe("what is refused by name", () => {
  test.each<[string, JsonObject]>([
    ["background", { background: true }],
    ["conversation", { conversation: "conv_1" }],
    ["previous_response_id", { previous_response_id: 7 }],
  ])("%s", async (param, extra) => {
    const response = await fetch(`${world.gateway.url}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "openai-gpt", input: "Hi", ...extra }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(world.upstream.requests).toEqual([]);
  });

  test("a kept answer as a stream", async () => {
    const { id } = await client.responses.create({ model: "openai-gpt", input: "Hi" });
    await expect(client.responses.retrieve(id, { stream: true })).rejects.toMatchObject({
      status: 400,
      param: "stream",
    });
  });

  test("an answer that was translated, which nobody keeps", async () => {
    const { id } = await client.responses.create({ model: "bedrock-claude", input: "Hi" });
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });
});

describe("a vendor that fails when asked for what it keeps", () => {
  test.each([500, 429, 401])("with %s is told as its fault", async (status) => {
    const { id } = await client.responses.create({ model: "openai-gpt", input: "Hi" });
    world.upstream.script({ vendor: "openai", path: "/responses/" }, [{ status: { status } }]);
    const error: unknown = await client.responses.retrieve(id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: status === 429 ? 429 : 502 });
    const headers = asObject(error)["headers"];
    expect(headers instanceof Headers && headers.get("x-sekisho-error-origin")).toBe(
      "provider:openai",
    );
  });
});

test("parameters of the question travel, and the key in the URL does not", async () => {
  const input = ["one", "two", "three"].map((content) => ({ role: "user" as const, content }));
  const { id } = await client.responses.create({ model: "azure-v1", input });
  world.upstream.reset();
  const url = `${world.gateway.url}/v1/responses/${id}/input_items?key=${key}&limit=2&order=asc&x=1`;
  const page = asObject(await (await fetch(url)).json());
  expect(asArray(page["data"])).toHaveLength(2);
  expect(page["has_more"]).toBe(true);
  expect(world.upstream.requests[0]?.query).toEqual({ limit: "2", order: "asc" });
});
