import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { setUpClient, type Client } from "./client.ts";
import { roundTrip } from "./round-trip.ts";
import type { Run } from "./run.ts";

/** opencode as developers run it, headless, with a provider of its own in its opencode.json. */
let world: World;
let opencode: Client;

beforeAll(async () => {
  opencode = await setUpClient("opencode-ai@1.18.33", "opencode");
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await opencode.remove();
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
  await writeFile(path.join(opencode.folder, "opencode.json"), JSON.stringify(settings));
  return opencode.run(["run", "--model", `sekisho/${model}`, "--auto"], {
    variables: { SEKISHO_KEY: key, OPENCODE_DISABLE_MODELS_FETCH: "1" },
    // Given as an argument, quotes would arrive with backslashes.
    input: prompt,
  });
}

describe.each(PACKAGES)("opencode through %s", (npm, base) => {
  test.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "gemini-2", "openai-gpt"])(
    "completes a tool round trip on %s",
    async (model) => {
      const prompt = `Read the note. call:read ${JSON.stringify({ filePath: opencode.note })}`;
      await roundTrip(world, (key) => run({ npm, base, model, key }, prompt));
    },
    120_000,
  );
});
