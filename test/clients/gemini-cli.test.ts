import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { installClient } from "./install.ts";

/** Gemini CLI as developers run it, headless, with its own choice of model. */
let world: World;
let gemini: string;
let folder: string;

beforeAll(async () => {
  gemini = path.join(await installClient("@google/gemini-cli@0.61.0"), "gemini");
  folder = await mkdtemp(path.join(tmpdir(), "gemini-cli-"));
  await writeFile(path.join(folder, "note.txt"), "The secret ingredient is yuzu.\n");
  await mkdir(path.join(folder, ".gemini"));
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    privacy: { usageStatisticsEnabled: false },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    telemetry: { enabled: false },
  };
  await writeFile(path.join(folder, ".gemini/settings.json"), JSON.stringify(settings));
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  code: number | null;
  output: string;
}

/** Runs one prompt in a home of its own, so that nothing of the machine's settings takes part. */
async function run(prompt: string, key: string): Promise<Run> {
  const child = spawn(gemini, ["-p", prompt, "--yolo"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      GOOGLE_GEMINI_BASE_URL: world.gateway.url,
      GEMINI_API_KEY: key,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => (output += piece.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

/** The names it asks for by itself: its router first, then the model the router chose. */
const NAMES = [
  "gemini-3.5-flash-lite",
  "gemini-3.8-flash",
  "gemini-3.1-pro-preview",
  "gemini-2.5-flash",
  "gemini-2.5-flash-lite",
];

describe.each(["gemini-3", "ai-studio", "bedrock-claude", "vertex-claude", "openai-gpt"])(
  "Gemini CLI on %s",
  (model) => {
    beforeAll(async () => {
      const aliases = Object.fromEntries(NAMES.map((name) => [name, model]));
      world = await startWorld({ settings: { router_settings: { model_group_alias: aliases } } });
    });
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      const key = await world.gateway.createKey({ max_budget: 100 });
      const file = path.join(folder, "note.txt");
      const { code, output } = await run(
        `Read the note. call:read_file {"file_path":${JSON.stringify(file)}}`,
        key,
      );
      expect(output).toContain("The secret ingredient is yuzu");
      expect(code).toBe(0);
      const refusals = world.upstream.requests.filter((one) => one.refusal !== undefined);
      expect(refusals.map((one) => one.refusal)).toEqual([]);
      const rows = await world.rows(key, 2);
      expect(rows.every((row) => row.status === "success" && row.cost_nano_usd > 0)).toBe(true);
    }, 120_000);
  },
);

describe("Gemini CLI", () => {
  beforeAll(async () => {
    const aliases = Object.fromEntries(NAMES.map((name) => [name, "openai-gpt"]));
    world = await startWorld({ settings: { router_settings: { model_group_alias: aliases } } });
  });
  afterAll(() => world.stop());

  test("waits through a long silence", async () => {
    const key = await world.gateway.createKey();
    // Longer than the gateway lets pass without a sign of life.
    const silence = { stallAt: { chunk: 3, ms: 17_000 } };
    world.upstream.script({ vendor: "openai" }, [silence, silence], { sticky: true });
    const { code, output } = await run("Say a few words about yuzu", key);
    expect(output).toContain("You said:");
    expect(code).toBe(0);
    world.upstream.reset();
  }, 120_000);

  test("stops at once when the budget is spent, and says so", async () => {
    const key = await world.gateway.createKey({ max_budget: 0.000001 });
    const startedMs = Date.now();
    const { code, output } = await run("Say a few words about yuzu", key);
    expect(output).toContain("Budget has been exceeded!");
    expect(code).not.toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(20_000);
  }, 120_000);
});
