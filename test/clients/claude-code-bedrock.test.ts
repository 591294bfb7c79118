import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { installClient } from "./install.ts";

/** Claude Code as teams run it that came from AWS: Bedrock mode, with nothing changed but the URL. */
let world: World;
let claude: string;
let folder: string;

beforeAll(async () => {
  claude = path.join(await installClient("@anthropic-ai/claude-code@2.1.329"), "claude");
  folder = await mkdtemp(path.join(tmpdir(), "claude-code-bedrock-"));
  await writeFile(path.join(folder, "note.txt"), "The secret ingredient is yuzu.\n");
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs one prompt in a home of its own, so that nothing of the machine's settings takes part. */
async function run(
  prompt: string,
  variables: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(claude, ["-p", prompt, "--allowedTools", "Read"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      CLAUDE_CODE_USE_BEDROCK: "1",
      ANTHROPIC_BEDROCK_BASE_URL: `${world.gateway.url}/bedrock`,
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
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

async function accessVariables(
  kind: "bearer" | "signed",
): Promise<{ key: string; variables: Record<string, string> }> {
  const body = { max_budget: 100, aws_access_key: kind === "signed" };
  const response = await world.gateway.admin("/key/generate", { method: "POST", body });
  const issued = (await response.json()) as Record<string, string>;
  const { key = "" } = issued;
  return kind === "bearer"
    ? { key, variables: { AWS_BEARER_TOKEN_BEDROCK: key } }
    : {
        key,
        variables: {
          AWS_ACCESS_KEY_ID: issued["aws_access_key_id"] ?? "",
          AWS_SECRET_ACCESS_KEY: issued["aws_secret_access_key"] ?? "",
        },
      };
}

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "openai-gpt", "bedrock-nova"])(
  "Claude Code in Bedrock mode on %s",
  (model) => {
    test.each(["bearer", "signed"] as const)(
      "completes a tool round trip, %s",
      async (kind) => {
        world.upstream.reset();
        const { key, variables } = await accessVariables(kind);
        const file = path.join(folder, "note.txt");
        const { code, output } = await run(
          `Read the note. call:Read {"file_path":${JSON.stringify(file)}}`,
          { ...variables, ANTHROPIC_MODEL: model, ANTHROPIC_SMALL_FAST_MODEL: model },
        );
        expect(output).toContain("The secret ingredient is yuzu");
        expect(code).toBe(0);
        const refusals = world.upstream.requests.filter((one) => one.refusal !== undefined);
        expect(refusals.map((one) => one.refusal)).toEqual([]);
        const rows = await world.rows(key, 2);
        expect(rows.every((row) => row.status === "success" && row.cost_nano_usd > 0)).toBe(true);
      },
      120_000,
    );
  },
);
