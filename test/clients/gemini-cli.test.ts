import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { setUpClient, type Client } from "./client.ts";
import { roundTrip } from "./round-trip.ts";
import type { Run } from "./run.ts";

/** Gemini CLI as developers run it, headless, with its own choice of model. */
let world: World;
let gemini: Client;

beforeAll(async () => {
  gemini = await setUpClient("@google/gemini-cli@0.61.0", "gemini");
  await mkdir(path.join(gemini.folder, ".gemini"));
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    privacy: { usageStatisticsEnabled: false },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    telemetry: { enabled: false },
  };
  await writeFile(path.join(gemini.folder, ".gemini/settings.json"), JSON.stringify(settings));
}, 600_000);
afterAll(() => gemini.remove());

function run(prompt: string, key: string): Promise<Run> {
  return gemini.run(["-p", prompt, "--yolo"], {
    variables: {
      GOOGLE_GEMINI_BASE_URL: world.gateway.url,
      GEMINI_API_KEY: key,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    },
  });
}

/** The names it asks for by itself: its router first, then the model the router chose. */
const NAMES = [
  "gemini-3.5-flash-lite",
  "gemini-3.8-flash",
  "gemini-3.1-pro-preview",
  "gemini-2.5-flash",
  "gemini-2.5-flash-lite",
];

async function serveAs(model: string): Promise<void> {
  const aliases = Object.fromEntries(NAMES.map((name) => [name, model]));
  world = await startWorld({ settings: { router_settings: { model_group_alias: aliases } } });
}

describe.each(["gemini-3", "ai-studio", "bedrock-claude", "vertex-claude", "openai-gpt"])(
  "Gemini CLI on %s",
  (model) => {
    beforeAll(() => serveAs(model));
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      const prompt = `Read the note. call:read_file ${JSON.stringify({ file_path: gemini.note })}`;
      await roundTrip(world, (key) => run(prompt, key));
    }, 120_000);
  },
);

describe("Gemini CLI", () => {
  beforeAll(() => serveAs("openai-gpt"));
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
