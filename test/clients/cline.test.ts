import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { setUpClient, type Client } from "./client.ts";
import { roundTrip } from "./round-trip.ts";

/** Cline as developers run it, headless, set up through its providers.json. */
let world: World;
let cline: Client;

beforeAll(async () => {
  cline = await setUpClient("cline@3.0.65", "cline");
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await cline.remove();
});

interface Asked {
  provider: string;
  model: string;
  key: string;
  /** Its `anthropic` lets Anthropic search the web, unless it is told not to. */
  searches?: boolean;
}

async function run({ provider, model, key, searches = false }: Asked, prompt: string) {
  const settings = { provider, model, apiKey: key, baseUrl: `${world.gateway.url}/v1` };
  const entry = { settings, updatedAt: "2026-01-01T00:00:00.000Z", tokenSource: "manual" };
  await write("providers.json", {
    version: 1,
    lastUsedProvider: provider,
    modes: {},
    providers: { [provider]: entry },
  });
  await write("global-settings.json", { tools: { web_search: { enabled: searches } } });
  const variables = { CLINE_NO_AUTO_UPDATE: "1" };
  try {
    return await cline.run([prompt], { variables });
  } finally {
    // It leaves a server behind for its next session, which is no child of its own.
    await cline.run(["hub", "stop"], { variables });
  }
}

async function write(name: string, content: object): Promise<void> {
  const settings = path.join(cline.folder, ".cline/data/settings");
  await mkdir(settings, { recursive: true });
  await writeFile(path.join(settings, name), JSON.stringify(content));
}

function readNote(asked: Omit<Asked, "key">): Promise<void> {
  const files = JSON.stringify({ files: [{ path: cline.note }] });
  return roundTrip(world, (key) =>
    run({ ...asked, key }, `Read the note. call:read_files ${files}`),
  );
}

describe.each(["litellm", "anthropic"])("Cline's provider %s", (provider) => {
  test.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "gemini-2", "openai-gpt"])(
    "completes a tool round trip on %s",
    (model) => readNote({ provider, model }),
    120_000,
  );
});

test("Cline's search of the web is on offer where Anthropic is asked itself", async () => {
  await readNote({ provider: "anthropic", model: "anthropic-claude", searches: true });
  const [first] = world.upstream.requests.filter((one) => one.vendor === "anthropic");
  expect(JSON.stringify(first?.body)).toContain('"web_search_20250305"');
}, 120_000);
