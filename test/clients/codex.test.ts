import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { entry, startWorld, type World } from "../e2e/world.ts";
import { setUpClient, type Client } from "./client.ts";
import { installClient } from "./install.ts";
import { expectRoundTrip } from "./round-trip.ts";
import type { Run } from "./run.ts";

/** Codex as developers run it, headless, with a provider of its own in its config.toml. */
let world: World;
let codex: Client;

const PINNED = "@openai/codex@0.169.0";

beforeAll(() => installClient(PINNED), 600_000);

/**
 * Models Codex knows by name, and sends all it has: the first with tools of free text and a search for
 * tools, the second with tools added inside the input, of which one runs programs that call the rest.
 */
const KNOWN = "gpt-5.5";
const NEWEST = "gpt-6.1-sol";

async function start(model: string): Promise<void> {
  world = await startWorld({
    settings: { router_settings: { model_group_alias: { [KNOWN]: model, [NEWEST]: model } } },
    models: ({ url, credentials }) => [
      entry("openai-thinking", {
        model: "openai/gpt-5.4",
        api_base: `${url}/openai/v1`,
        api_key: credentials.openaiApiKey,
      }),
    ],
  });
  codex = await setUpClient(PINNED, "codex");
}

async function stop(): Promise<void> {
  await world.stop();
  await codex.remove();
}

async function run(model: string, prompt: string, key: string): Promise<Run> {
  await mkdir(path.join(codex.folder, ".codex"), { recursive: true });
  await writeFile(
    path.join(codex.folder, ".codex/config.toml"),
    [
      `model = "${model}"`,
      'model_provider = "gateway"',
      "[model_providers.gateway]",
      'name = "Gateway"',
      `base_url = "${world.gateway.url}/v1"`,
      'env_key = "GATEWAY_KEY"',
      'wire_api = "responses"',
      "supports_websockets = true",
    ].join("\n"),
  );
  const flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  return codex.run(["exec", ...flags, prompt], { variables: { GATEWAY_KEY: key } });
}

const PROGRAM = JSON.stringify({
  input: "text(await tools.exec_command({ cmd: 'cat note.txt' }))",
});
/** The stand-ins call what they were offered; elsewhere than at OpenAI namespaces are part of names. */
const READ = [
  "Read the note.",
  'call:exec_command {"cmd":"cat note.txt"}',
  `call:exec ${PROGRAM}`,
  `call:functions__exec ${PROGRAM}`,
].join("\n");
const SAID = /The tool said: [^]*The secret ingredient is yuzu/;

const NAMES = [KNOWN, NEWEST];

describe.each([
  ["bedrock-claude", NAMES],
  ["bedrock-opus", NAMES],
  ["gemini-2", NAMES],
  ["gemini-3", NAMES],
  ["openai-thinking", NAMES],
  ["azure-o3", NAMES],
  ["compatible", NAMES],
  // Models that do not think, which Codex must not believe to.
  ["openai-gpt", []],
  ["azure-gpt", []],
])("Codex on %s", (model, names) => {
  beforeAll(() => start(model));
  afterAll(stop);

  test.each([model, ...names])(
    "completes a tool round trip, asking for %s",
    async (name) => {
      world.upstream.reset();
      const key = await world.gateway.createKey({ max_budget: 100 });
      const rows = await expectRoundTrip(await run(name, READ, key), world, key);
      expect(rows).toHaveLength(2);
      expect(rows.every((row) => "session_id" in row && row.session_id !== null)).toBe(true);
    },
    120_000,
  );
});

describe("Codex in trouble", () => {
  afterEach(stop);

  test.each(["bedrock-claude", "openai-thinking"])(
    "asks again when the stream of %s is cut",
    async (model) => {
      await start(model);
      world.upstream.script({}, [{ cutAt: 6 }]);
      const key = await world.gateway.createKey({ max_budget: 100 });
      const { code, output } = await run(KNOWN, READ, key);
      expect(output).toMatch(SAID);
      expect(code).toBe(0);
      const rows = await world.rows(key, 3);
      expect(rows.map((row) => row.ending).sort()).toEqual(["broken", "finished", "finished"]);
    },
    120_000,
  );

  test("stops at once when the budget is spent", async () => {
    await start("bedrock-claude");
    const key = await world.gateway.createKey({ max_budget: 0.000_001 });
    const { code, output } = await run(KNOWN, READ, key);
    expect(code).not.toBe(0);
    expect(output).toMatch(/quota|budget/i);
    expect(world.upstream.requests).toEqual([]);
    expect(output).not.toMatch(/reconnecting|retrying/i);
  }, 120_000);
});
