import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { installClient } from "./install.ts";

/** Claude Code as developers run it, headless, with its default model and betas. */
let world: World;
let claude: string;
let folder: string;

beforeAll(async () => {
  claude = path.join(await installClient("@anthropic-ai/claude-code@2.1.329"), "claude");
  folder = await mkdtemp(path.join(tmpdir(), "claude-code-"));
  await writeFile(path.join(folder, "note.txt"), "The secret ingredient is yuzu.\n");
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  code: number | null;
  output: string;
}

/** Runs one prompt in a home of its own, so that nothing of the machine's settings takes part. */
async function run(
  prompt: string,
  key: string,
  variables: Record<string, string> = {},
): Promise<Run> {
  const child = spawn(claude, ["-p", prompt, "--allowedTools", "Read"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      ANTHROPIC_BASE_URL: world.gateway.url,
      ANTHROPIC_AUTH_TOKEN: key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      ...variables,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => (output += piece.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

/** Under the names Claude Code asks for by itself. */
const ALIASES: Record<string, string> = {
  "claude-opus-5-5": "",
  "claude-haiku-4-5": "",
  "claude-haiku-4-5-20251001": "",
  "claude-sonnet-4-5": "",
};

describe.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "openai-gpt", "gemini-2"])(
  "Claude Code on %s",
  (model) => {
    beforeAll(async () => {
      const aliases = Object.fromEntries(Object.keys(ALIASES).map((name) => [name, model]));
      world = await startWorld({
        settings: { router_settings: { model_group_alias: aliases } },
      });
    });
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      const key = await world.gateway.createKey({ max_budget: 100 });
      const file = path.join(folder, "note.txt");
      const { code, output } = await run(
        `Read the note. call:Read {"file_path":${JSON.stringify(file)}}`,
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

describe.each(["vertex-claude", "bedrock-claude", "openai-gpt"])(
  "Claude Code in Vertex mode on %s",
  (model) => {
    beforeAll(async () => {
      const aliases = Object.fromEntries(Object.keys(VERTEX_NAMES).map((name) => [name, model]));
      world = await startWorld({
        settings: { router_settings: { model_group_alias: aliases } },
      });
    });
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      const key = await world.gateway.createKey({ max_budget: 100 });
      const file = path.join(folder, "note.txt");
      const { code, output } = await run(
        `Read the note. call:Read {"file_path":${JSON.stringify(file)}}`,
        key,
        {
          ANTHROPIC_BASE_URL: "",
          ANTHROPIC_AUTH_TOKEN: "",
          CLAUDE_CODE_USE_VERTEX: "1",
          ANTHROPIC_VERTEX_BASE_URL: `${world.gateway.url}/v1`,
          CLAUDE_CODE_SKIP_VERTEX_AUTH: "1",
          ANTHROPIC_VERTEX_PROJECT_ID: "nobodys",
          CLOUD_ML_REGION: "us-east5",
          ANTHROPIC_CUSTOM_HEADERS: `x-litellm-api-key: ${key}`,
        },
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

/** Vertex AI writes a model's date behind an @. */
const VERTEX_NAMES: Record<string, string> = {
  ...ALIASES,
  "claude-haiku-4-5@20251001": "",
  "claude-sonnet-4-5@20250929": "",
};
