import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startWorld, type World } from "./world.ts";

const MESSAGES = [{ role: "user" as const, content: "hello" }];

/** The stand-ins are in the same machine, which an operator has to allow in the file. */
const SETTINGS = { sekisho_settings: { private_upstreams: true } };

interface Info {
  model_name: string;
  model_info: { id: string; db_model: boolean };
}

describe("models added while the gateway runs", () => {
  let world: World;
  let key: string;

  beforeAll(async () => {
    world = await startWorld({ settings: SETTINGS });
    key = await world.gateway.createKey();
  });
  beforeEach(() => world.upstream.reset());
  afterAll(() => world.stop());

  const send = (path: string, body: object, method = "POST") =>
    world.gateway.admin(path, { method, body });
  const done = async (response: Response): Promise<Record<string, unknown>> => {
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const openaiParams = (model = "gpt-4.1") => ({
    model: `openai/${model}`,
    api_base: `${world.upstream.url}/openai/v1`,
    api_key: world.upstream.credentials.openaiApiKey,
  });
  const add = async (name: string, params: object, info: object = {}): Promise<string> => {
    const body = { model_name: name, litellm_params: params, model_info: info };
    return String((await done(await send("/model/new", body)))["model_id"]);
  };
  const ask = (model: string, withKey = key) =>
    world.openai(withKey).chat.completions.create({ model, messages: MESSAGES, max_tokens: 20 });
  const infos = async (query = ""): Promise<Info[]> => {
    const answer = await done(await world.gateway.admin(`/v1/model/info${query}`));
    return answer["data"] as Info[];
  };

  it("can be called within the same second, changed, and taken away again", async () => {
    await expect(ask("brand-new")).rejects.toMatchObject({ status: 400 });
    const startedAtMs = Date.now();
    const id = await add("brand-new", openaiParams());
    const answer = await ask("brand-new");
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
    expect(answer.choices[0]?.message.content).toBeTruthy();
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({ model: "gpt-4.1" });

    await done(
      await send(`/model/${id}/update`, { litellm_params: { model: "openai/gpt-4o" } }, "PATCH"),
    );
    await ask("brand-new");
    expect(world.upstream.requests.at(-1)?.body).toMatchObject({ model: "gpt-4o" });

    await done(await send("/model/update", { model_name: "renamed", model_info: { id } }));
    await ask("renamed");
    await expect(ask("brand-new")).rejects.toMatchObject({ status: 400 });

    expect(await done(await send("/model/delete", { id }))).toEqual({
      message: `Model: ${id} deleted successfully`,
    });
    await expect(ask("renamed")).rejects.toThrow(/Invalid model name/);
  });

  it("are listed beside those of the file, without a secret", async () => {
    const id = await add("listed", openaiParams());
    const [told] = await infos(`?litellm_model_id=${id}`);
    expect(told).toMatchObject({ model_name: "listed", model_info: { id, db_model: true } });
    const all = await infos();
    const added = all.filter((one) => one.model_info.db_model).map((one) => one.model_name);
    expect(added).toContain("listed");
    expect(added.length).toBeLessThan(all.length);
    expect(JSON.stringify(all)).not.toContain(world.upstream.credentials.openaiApiKey);
    const models = await world.openai(key).models.list();
    expect(models.data.map((one) => one.id)).toContain("listed");
    const page = await done(await world.gateway.admin("/v2/model/info?search=LIST&size=1"));
    expect(page).toMatchObject({ total_count: 1, current_page: 1, total_pages: 1 });
    await send("/model/delete", { id });
  });

  it("join a group of the file, and their records carry another configuration's version", async () => {
    const own = await world.gateway.createKey();
    await ask("openai-gpt", own);
    const id = await add("openai-gpt", { ...openaiParams(), order: 1 }, { id: "joined" });
    await ask("openai-gpt", own);
    expect(id).toBe("joined");
    await world.rows(own, 2);
    const rows = await world.gateway.sql(
      "SELECT deployment_id, config_version FROM requests WHERE model_group = ? ORDER BY started_at_ms",
      "openai-gpt",
    );
    expect(rows[0]?.["deployment_id"]).not.toBe("joined");
    expect(rows[1]?.["deployment_id"]).toBe("joined");
    expect(rows[1]?.["config_version"]).not.toBe(rows[0]?.["config_version"]);
    await send("/model/delete", { id });
  });

  it("are open to the keys whose access groups they are in, and to no others", async () => {
    const beta = await world.gateway.createKey({ models: ["beta"] });
    await expect(ask("preview", beta)).rejects.toMatchObject({ status: 400 });
    const id = await add("preview", openaiParams(), { access_groups: ["beta"] });
    expect((await ask("preview", beta)).choices).toHaveLength(1);
    const stable = await world.gateway.createKey({ models: ["openai-gpt"] });
    await expect(ask("preview", stable)).rejects.toMatchObject({ status: 403 });
    await send("/model/delete", { id });
  });

  it("take an application inference profile's ARN, percent-encoded or not, at its base's price", async () => {
    const { credentials, url } = world.upstream;
    const arn = credentials.bedrockProfileArn;
    for (const written of [arn, encodeURIComponent(arn)]) {
      const params = {
        model: `bedrock/${written}`,
        aws_access_key_id: credentials.aws.accessKeyId,
        aws_secret_access_key: credentials.aws.secretAccessKey,
        aws_bedrock_runtime_endpoint: `${url}/bedrock/us-east-1`,
      };
      const base = { base_model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" };
      const id = await add("profile", params, base);
      const own = await world.gateway.createKey();
      await ask("profile", own);
      const [row] = await world.rows(own, 1);
      expect(row?.cost_nano_usd).toBeGreaterThan(0);
      await send("/model/delete", { id });
    }
  });

  it("take their secrets from a credential by its name, and follow when it changes", async () => {
    const right = world.upstream.credentials.openaiApiKey;
    const credential = (apiKey: string) => ({ credential_values: { api_key: apiKey } });
    await done(
      await send("/credentials", { credential_name: "vendor", ...credential("wrong-key-canary") }),
    );
    const params = { ...openaiParams(), api_key: undefined, litellm_credential_name: "vendor" };
    const id = await add("by-credential", params);
    await expect(ask("by-credential")).rejects.toMatchObject({ status: 502 });
    await done(await send("/credentials/vendor", credential(right), "PATCH"));
    // The deployment rests after it was refused; it is asked all the same when it is alone.
    expect((await ask("by-credential")).choices).toHaveLength(1);
    expect((await world.gateway.admin("/credentials/vendor", { method: "DELETE" })).status).toBe(
      409,
    );
    await send("/model/delete", { id });
    await done(await world.gateway.admin("/credentials/vendor", { method: "DELETE" }));

    const stored = JSON.stringify([
      await world.gateway.sql("SELECT * FROM models"),
      await world.gateway.sql("SELECT * FROM credentials"),
      await world.gateway.sql("SELECT * FROM audit_log"),
    ]);
    for (const secret of [right, "wrong-key-canary"]) {
      expect(stored).not.toContain(secret);
      expect(world.gateway.logs.join("\n")).not.toContain(secret);
    }
  });

  it("are found by isolates that did not make the change, within some ten seconds", async () => {
    const now = Date.now();
    await world.gateway.sql(
      "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...["elsewhere", "from-elsewhere", '{"model":"demo/demo"}', "{}", now, "t", now, "t"],
    );
    const callable = async () => (await fetchModels()).includes("from-elsewhere");
    await expect.poll(callable, { timeout: 15_000, interval: 500 }).toBe(true);
    expect((await ask("from-elsewhere")).choices).toHaveLength(1);
  });

  const fetchModels = async () => (await world.openai(key).models.list()).data.map((one) => one.id);

  it("may never point at a machine's metadata, though private networks are allowed here", async () => {
    const params = { ...openaiParams(), api_base: "http://169.254.169.254/latest" };
    const response = await send("/model/new", { model_name: "thief", litellm_params: params });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("litellm_params.api_base");
  });
});
