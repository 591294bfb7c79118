import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway } from "./gateway.ts";
import { entry, startWorld, type World } from "./world.ts";

/** A company moves in: the commands of docs/moving-from-litellm.md, over files as it would have them. */
const root = path.resolve(import.meta.dirname, "../..");
let world: World;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sekisho-moving-"));
  const samples = path.join(root, "test/e2e/import-samples");
  await cp(samples, folder, { recursive: true });
  await cp(samples, path.join(folder, "old"), { recursive: true });
  world = await startWorld({
    models: ({ url, credentials }) => [
      // 200 tokens cost six cents.
      entry("dear", {
        model: "openai/gpt-4.1",
        api_base: `${url}/openai/v1`,
        api_key: credentials.openaiApiKey,
        input_cost_per_token: 0,
        output_cost_per_token: 3e-4,
      }),
    ],
  });
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  code: number;
  output: string;
  progress: string;
}

async function importLitellm(options: string): Promise<Run> {
  const words = options.replace("https://gateway.example", world.gateway.url).split(" ");
  const script = path.join(root, "scripts/import-litellm.mjs");
  const env = { ...process.env, INIT_CWD: folder, LITELLM_MASTER_KEY: world.gateway.masterKey };
  try {
    const run = await promisify(execFile)(process.execPath, [script, ...words], { cwd: root, env });
    return { code: 0, output: run.stdout, progress: run.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, progress: stderr };
  }
}

async function commandsOfDocument(): Promise<string[]> {
  const document = await readFile(path.join(root, "docs/moving-from-litellm.md"), "utf8");
  const commands = document.matchAll(/^npm run import-litellm -- (.*)$/gm);
  return Array.from(commands, ([, options = ""]) => options);
}

async function call(key: string, model = "dear"): Promise<Response> {
  const response = await fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      max_tokens: 200,
      messages: [{ role: "user", content: "tokens:200 please" }],
    }),
  });
  return new Response(await response.text(), response);
}

async function countKeys(): Promise<number> {
  const [row] = await world.gateway.sql("SELECT count(*) AS keys FROM keys");
  return Number(row?.["keys"]);
}

test("the document's commands move everything in, and say what they could not take", async () => {
  const [config = "", rehearsal = "", dump = "", lists = "", ...others] =
    await commandsOfDocument();
  expect(others).toEqual([]);

  const copied = await importLitellm(config);
  expect(copied.code, copied.progress).toBe(0);
  expect(copied.output).toContain("general_settings.our_own_invention: unknown setting");
  expect(copied.output).toContain("model_list[1].litellm_params.api_key → GPT_4O_API_KEY");
  expect(copied.output).toContain("npx wrangler secret put BEDROCK_SECRET");

  const rehearsed = await importLitellm(rehearsal);
  expect(rehearsed.code).toBe(2);
  expect(rehearsed.output).toContain("keys: 20 would be imported, 0 unchanged, 2 refused");
  expect(await countKeys()).toBe(0);

  const moved = await importLitellm(dump);
  expect(moved.code, moved.progress).toBe(2);
  expect(moved.output.split("\n").slice(0, 9)).toEqual([
    "budgets: 3 imported, 0 unchanged, 0 refused",
    "organizations: 1 imported, 0 unchanged, 1 refused",
    "users: 6 imported, 0 unchanged, 0 refused",
    "organization_memberships: 1 imported, 0 unchanged, 1 refused",
    "teams: 3 imported, 0 unchanged, 1 refused",
    "team_memberships: 2 imported, 1 unchanged, 0 refused",
    "keys: 19 imported, 0 unchanged, 3 refused",
    "customers: 4 imported, 0 unchanged, 1 refused",
    "tags: 3 imported, 0 unchanged, 0 refused",
  ]);
  expect(moved.output).toContain(
    "keys: its team is not here: 1 (lost team f6432765: deleted-team)",
  );
  expect(moved.progress).toContain("keys: 22 of 22");
  const report = await readFile(path.join(folder, "moved.json"), "utf8");
  const { keys } = JSON.parse(report) as { keys: { outcome: string }[] };
  expect(keys).toHaveLength(22);

  const again = await importLitellm(dump);
  expect(again.output).toContain("keys: 0 imported, 19 unchanged, 3 refused");
  expect(again.output).toContain("team_memberships: 0 imported, 3 unchanged, 0 refused");
  expect(await countKeys()).toBe(19);

  const listed = await importLitellm(lists);
  expect(listed.code, listed.output).toBe(0);
  expect(listed.output).toContain("keys: 0 imported, 3 unchanged, 0 refused");
}, 60_000);

test("an old key calls a model with nothing changed but the address, on what is left of its budget", async () => {
  const served = await call("sk-old-remaining");
  expect(served.status, await served.clone().text()).toBe(200);
  const refused = await call("sk-old-remaining");
  expect(refused.status).toBe(429);
  const { error } = (await refused.json()) as { error: { message: string; type: string } };
  expect(error.type).toBe("budget_exceeded");
  expect(error.message).toContain("0.96");
  const [row] = await world.rows("sk-old-remaining", 1);
  expect(row?.cost_nano_usd).toBe(60_000_000);
});

test("what bound an old key binds it still", async () => {
  expect((await call("sk-old-spent")).status).toBe(429);
  expect((await call("sk-old-blocked")).status).toBe(401);
  expect((await call("sk-old-expired")).status).toBe(401);
  expect((await call("sk-old-window")).status).toBe(200);
  expect((await call("sk-old-lost-team")).status).toBe(401);
  // The key may call `demo` only; this one calls it by an alias of its own.
  expect((await call("sk-old-aliases", "gpt-4")).status).toBe(200);
  expect((await call("sk-old-aliases", "dear")).status).toBeGreaterThanOrEqual(400);
  // The very old row held the key itself.
  expect((await call("sk-old-in-plain-text")).status).toBe(200);
});

test("the copied configuration starts, with its secrets set and the included file in it", async () => {
  const copy = path.join(folder, "config.imported.yaml");
  expect(await readFile(copy, "utf8")).not.toContain("an-api-key-somebody-left-in-the-file");
  const gateway = await startGateway({
    config: copy,
    vars: { GPT_4O_API_KEY: "x", BEDROCK_KEY_ID: "x", BEDROCK_SECRET: "x", DATABASE_URL: "x" },
  });
  const models = await gateway.admin("/v1/models");
  const { data } = (await models.json()) as { data: { id: string }[] };
  expect(data.map((one) => one.id)).toEqual(["demo", "gpt-4o", "claude"]);
  await gateway.stop();
});

test("a copy somebody has changed since is not written over", async () => {
  await writeFile(path.join(folder, "mine.yaml"), "model_list: []\n");
  const run = await importLitellm("--config old/config.yaml --out mine.yaml");
  expect(run.code).toBe(1);
  expect(run.progress).toContain("mine.yaml exists");
});
