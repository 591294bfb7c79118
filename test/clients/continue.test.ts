import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { setUpClient, type Client } from "./client.ts";
import { roundTrip } from "./round-trip.ts";
import type { Run } from "./run.ts";

/** Continue as developers run it, headless, with a model of its own in its config.yaml. */
let world: World;
let cn: Client;

beforeAll(async () => {
  cn = await setUpClient("@continuedev/cli@1.5.47", "cn");
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await cn.remove();
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
  const config = path.join(cn.folder, "config.yaml");
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
  return cn.run(["--config", config, "--auto", "-p", prompt], {
    variables: { CONTINUE_TELEMETRY_ENABLED: "0" },
  });
}

describe.each(PROVIDERS)("Continue's provider %s", (provider, base) => {
  test.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "gemini-2", "openai-gpt"])(
    "completes a tool round trip on %s",
    async (model) => {
      const prompt = `Read the note. call:Read ${JSON.stringify({ filepath: cn.note })}`;
      await roundTrip(world, (key) => run({ provider, base, model, key }, prompt));
    },
    120_000,
  );
});
