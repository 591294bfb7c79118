import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { installClient } from "./install.ts";
import { expectRoundTrip } from "./round-trip.ts";
import { runClient, type Run } from "./run.ts";

/** Continue as developers run it, headless, with a model of its own in its config.yaml. */
let world: World;
let cn: string;
let folder: string;

beforeAll(async () => {
  cn = path.join(await installClient("@continuedev/cli@1.5.47"), "cn");
  folder = await mkdtemp(path.join(tmpdir(), "continue-"));
  await writeFile(path.join(folder, "note.txt"), "The secret ingredient is yuzu.\n");
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Its `gemini` is missing here: that one asks Google, whatever address it is given. */
const PROVIDERS = [
  ["openai", "/v1"],
  ["anthropic", "/v1/"],
] as const;

interface Asked {
  provider: string;
  base: string;
  model: string;
  key: string;
}

async function run({ provider, base, model, key }: Asked, prompt: string): Promise<Run> {
  const config = path.join(folder, "config.yaml");
  await writeFile(
    config,
    [
      "name: Sekisho",
      "version: 1.0.0",
      "schema: v1",
      "models:",
      `  - name: ${model}`,
      `    provider: ${provider}`,
      `    model: ${model}`,
      `    apiBase: ${world.gateway.url}${base}`,
      `    apiKey: ${key}`,
      "    roles: [chat]",
      "    capabilities: [tool_use]",
    ].join("\n"),
  );
  return runClient(cn, ["--config", config, "--auto", "-p", prompt], {
    folder,
    variables: { CONTINUE_TELEMETRY_ENABLED: "0" },
  });
}

describe.each(PROVIDERS)("Continue's provider %s", (provider, base) => {
  test.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "gemini-2", "openai-gpt"])(
    "completes a tool round trip on %s",
    async (model) => {
      world.upstream.reset();
      const key = await world.gateway.createKey({ max_budget: 100 });
      const file = JSON.stringify({ filepath: path.join(folder, "note.txt") });
      const done = await run({ provider, base, model, key }, `Read the note. call:Read ${file}`);
      await expectRoundTrip(done, world, key);
    },
    120_000,
  );
});
