import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { installClient } from "./install.ts";
import { expectRoundTrip } from "./round-trip.ts";
import { runClient, type Run } from "./run.ts";

/** opencode as developers run it, headless, with a provider of its own in its opencode.json. */
let world: World;
let opencode: string;
let folder: string;

beforeAll(async () => {
  opencode = path.join(await installClient("opencode-ai@1.18.33"), "opencode");
  folder = await mkdtemp(path.join(tmpdir(), "opencode-"));
  await writeFile(path.join(folder, "note.txt"), "The secret ingredient is yuzu.\n");
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The AI SDK package opencode speaks through, and where the gateway serves its grammar. */
const PACKAGES = [
  ["@ai-sdk/openai-compatible", "/v1"],
  ["@ai-sdk/openai", "/v1"],
  ["@ai-sdk/anthropic", "/v1"],
  ["@ai-sdk/google", "/v1beta"],
] as const;

interface Asked {
  npm: string;
  base: string;
  model: string;
  key: string;
}

async function run({ npm, base, model, key }: Asked, prompt: string): Promise<Run> {
  const options = { baseURL: world.gateway.url + base, apiKey: "{env:SEKISHO_KEY}" };
  const settings = {
    $schema: "https://opencode.ai/config.json",
    autoupdate: false,
    share: "disabled",
    provider: { sekisho: { npm, name: "Sekisho", options, models: { [model]: {} } } },
  };
  await writeFile(path.join(folder, "opencode.json"), JSON.stringify(settings));
  return runClient(opencode, ["run", "--model", `sekisho/${model}`, "--auto"], {
    folder,
    variables: { SEKISHO_KEY: key, OPENCODE_DISABLE_MODELS_FETCH: "1" },
    // Given as an argument, quotes would arrive with backslashes.
    input: prompt,
  });
}

describe.each(PACKAGES)("opencode through %s", (npm, base) => {
  test.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "gemini-2", "openai-gpt"])(
    "completes a tool round trip on %s",
    async (model) => {
      world.upstream.reset();
      const key = await world.gateway.createKey({ max_budget: 100 });
      const file = JSON.stringify({ filePath: path.join(folder, "note.txt") });
      const done = await run({ npm, base, model, key }, `Read the note. call:read ${file}`);
      await expectRoundTrip(done, world, key);
    },
    120_000,
  );
});
