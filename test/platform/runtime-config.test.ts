import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Database } from "../../src/platform/db/database.ts";
import { deleteModelRow, insertModelRow, updateModelRow } from "../../src/platform/db/models.ts";
import { insertCredentialRow } from "../../src/platform/db/credentials.ts";
import type { ModelRow } from "../../src/platform/db/schema/models.ts";
import { putSettingRow } from "../../src/platform/db/settings.ts";
import { createRuntimeConfig } from "../../src/platform/runtime-config.ts";
import { createSealer } from "../../src/platform/seal.ts";
import { sealFields } from "../../src/platform/sealed-fields.ts";
import { loaded } from "../core/config/sample.ts";

const db = drizzle(env.DB);
const FILE = { model_list: [{ model_name: "demo", litellm_params: { model: "demo/demo" } }] };
const sealer = createSealer(["a secret for tests"]);
const AUTHORS = { createdAtMs: 1, createdBy: "t", updatedAtMs: 1, updatedBy: "t" };

function row(changes: Partial<ModelRow> = {}): ModelRow {
  return {
    id: "m1",
    modelName: "added",
    parameters: { model: "demo/demo" },
    modelInfo: {},
    ...AUTHORS,
    ...changes,
  };
}

/** D1 as it is when nobody can reach it. */
const away = drizzle({
  prepare: () => {
    throw new Error("D1 is away");
  },
} as unknown as D1Database);

/** An isolate, its clock, and the work it left beside the calls. */
function isolate(changes: { db?: Database; secrets?: [string, ...string[]] } = {}) {
  const clock = { nowMs: 1_000_000 };
  const work: Promise<unknown>[] = [];
  const tools = {
    db: changes.db ?? db,
    sealer: createSealer(changes.secrets ?? ["a secret for tests"]),
    nowMs: () => clock.nowMs,
  };
  const source = { raw: FILE, variables: {}, config: loaded(FILE) };
  const runtime = createRuntimeConfig(source, tools);
  return {
    runtime,
    clock,
    work,
    async names() {
      const config = await runtime.current((more) => void work.push(more));
      return [...config.groups.keys()];
    },
    config: () => runtime.current((more) => void work.push(more)),
    settle: () => Promise.all(work),
  };
}

beforeEach(async () => {
  await env.DB.batch(
    ["models", "credentials", "settings"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

describe("the configuration as it is now", () => {
  it("is the file's, under the file's version, while nothing is added", async () => {
    const { config } = isolate();
    expect(await config()).toMatchObject({ version: "v1" });
  });

  it("has what was added from an isolate's first call on", async () => {
    await insertModelRow(db, row());
    expect(await isolate().names()).toEqual(["demo", "added"]);
  });

  it("is looked up beside the calls, once in ten seconds", async () => {
    const one = isolate();
    expect(await one.names()).toEqual(["demo"]);
    await insertModelRow(db, row());
    one.clock.nowMs += 9_999;
    expect(await one.names()).toEqual(["demo"]);
    expect(one.work).toHaveLength(0);
    one.clock.nowMs += 1;
    // This call asks and does not wait; the next one knows.
    expect(await one.names()).toEqual(["demo"]);
    expect(await one.names()).toEqual(["demo"]);
    expect(one.work).toHaveLength(1);
    await one.settle();
    expect(await one.names()).toEqual(["demo", "added"]);
  });

  it("follows changes and deletions, each under another version", async () => {
    const one = isolate();
    const seen = [];
    for (const change of [
      () => insertModelRow(db, row()),
      () => updateModelRow(db, row({ modelName: "renamed", updatedAtMs: 2 })),
      () => deleteModelRow(db, "m1"),
    ]) {
      await change();
      await one.runtime.reload();
      const { version, groups } = await one.config();
      seen.push({ version, names: [...groups.keys()] });
    }
    expect(seen.map((one) => one.names)).toEqual([
      ["demo", "added"],
      ["demo", "renamed"],
      ["demo"],
    ]);
    const [first, second, third] = seen.map((one) => one.version);
    for (const version of [first, second]) expect(version).toMatch(/^v1\+[0-9a-f]{8}$/);
    expect(first).not.toBe(second);
    expect(third).toBe("v1");
  });

  it("has the same version in every isolate", async () => {
    await insertModelRow(db, row());
    const versions = await Promise.all(
      [isolate(), isolate()].map(async (one) => (await one.config()).version),
    );
    expect(versions[0]).toBe(versions[1]);
  });

  it("is the same object until something changes, so that nothing is built again", async () => {
    await insertModelRow(db, row());
    const one = isolate();
    const first = await one.config();
    one.clock.nowMs += 20_000;
    await one.config();
    await one.settle();
    await one.runtime.reload();
    expect(await one.config()).toBe(first);
  });

  it("has the facts that were stated", async () => {
    const value = { models: [{ match: "demo", max_output_tokens: 77 }] };
    await putSettingRow(db, { name: "model_facts", value, ...AUTHORS });
    const { deployments } = await isolate().config();
    expect(deployments[0]?.facts.capabilities.maxOutputTokens).toBe(77);
  });
});

describe("when D1 is away", () => {
  it("calls on what the file says go on, and an operator can read why others do not", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await isolate({ db: away }).names()).toEqual(["demo"]);
    expect(log.mock.calls.join()).toContain("runtime_config_unread");
    log.mockRestore();
  });

  it("calls on what was added before go on", async () => {
    await insertModelRow(db, row());
    let isAway = false;
    const sometimes = new Proxy(db, {
      get: (target, name, receiver) =>
        Reflect.get(isAway ? away : target, name, receiver) as unknown,
    });
    const one = isolate({ db: sometimes });
    await one.names();
    isAway = true;
    one.clock.nowMs += 10_000;
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await one.names();
    await one.settle();
    expect(await one.names()).toEqual(["demo", "added"]);
    expect(log.mock.calls.join()).toContain("runtime_config_unread");
    log.mockRestore();
  });
});

describe("sealed values", () => {
  const params = { model: "anthropic/claude-sonnet-4-5", api_key: "sk-canary-runtime" };
  const place = { table: "models", row: "m1" } as const;

  it("are open in the configuration, with the secret of before too", async () => {
    await insertModelRow(db, row({ parameters: await sealFields(params, place, sealer) }));
    for (const secrets of [["a secret for tests"], ["newer", "a secret for tests"]] as const) {
      const { groups } = await isolate({ secrets: [...secrets] }).config();
      expect(groups.get("added")?.[0]?.connection.api_key).toBe("sk-canary-runtime");
    }
  });

  it("that no secret opens stop their own deployment and nothing else", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const parameters = await sealFields(params, place, sealer);
    await insertModelRow(db, row({ parameters }));
    await insertModelRow(db, row({ id: "m2", modelName: "other" }));
    // The same text under another row: somebody moved a secret to where they could use it.
    await insertModelRow(db, row({ id: "m3", modelName: "moved", parameters }));
    const { groups } = await isolate({ secrets: ["another secret"] }).config();
    expect(groups.get("other")).toHaveLength(1);
    expect(groups.get("added")?.[0]?.connection.api_key).toBeUndefined();
    expect(groups.get("added")?.[0]?.unresolved).toHaveProperty("api_key");
    const moved = (await isolate().config()).groups.get("moved");
    expect(moved?.[0]?.connection.api_key).toBeUndefined();
    const said = log.mock.calls.join();
    expect(said).toContain("models/m1/api_key");
    expect(said).not.toContain("canary");
    log.mockRestore();
  });

  it("of a credential reach the models that refer to it", async () => {
    const secrets = await sealFields(
      { api_key: "sk-canary-credential" },
      { table: "credentials", row: "shared" },
      sealer,
    );
    await insertCredentialRow(db, { name: "shared", secrets, info: {}, ...AUTHORS });
    const parameters = {
      model: "anthropic/claude-sonnet-4-5",
      litellm_credential_name: "shared",
    };
    await insertModelRow(db, row({ parameters }));
    const { groups } = await isolate().config();
    expect(groups.get("added")?.[0]?.connection.api_key).toBe("sk-canary-credential");
  });
});
