import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { readNote, setUpClaudeCode } from "./claude-code.ts";
import type { Client } from "./client.ts";
import { roundTrip } from "./round-trip.ts";

/** Claude Code as developers run it, headless, with its default model and betas. */
let world: World;
let claude: Client;

beforeAll(async () => {
  claude = await setUpClaudeCode();
}, 600_000);
afterAll(() => claude.remove());

/** The names Claude Code asks for by itself. */
const NAMES = [
  "claude-opus-5-5",
  "claude-haiku-4-5",
  "claude-haiku-4-5-20251001",
  "claude-sonnet-4-5",
];

/** Vertex AI writes a model's date behind an @. */
const VERTEX_NAMES = [...NAMES, "claude-haiku-4-5@20251001", "claude-sonnet-4-5@20250929"];

async function serveAs(names: readonly string[], model: string): Promise<void> {
  const aliases = Object.fromEntries(names.map((name) => [name, model]));
  world = await startWorld({ settings: { router_settings: { model_group_alias: aliases } } });
}

describe.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "openai-gpt", "gemini-2"])(
  "Claude Code on %s",
  (model) => {
    beforeAll(() => serveAs(NAMES, model));
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      await roundTrip(world, (key) =>
        readNote(claude, { ANTHROPIC_BASE_URL: world.gateway.url, ANTHROPIC_AUTH_TOKEN: key }),
      );
    }, 120_000);
  },
);

describe.each(["vertex-claude", "bedrock-claude", "openai-gpt"])(
  "Claude Code in Vertex mode on %s",
  (model) => {
    beforeAll(() => serveAs(VERTEX_NAMES, model));
    afterAll(() => world.stop());

    test("completes a tool round trip with its default model", async () => {
      await roundTrip(world, (key) =>
        readNote(claude, {
          CLAUDE_CODE_USE_VERTEX: "1",
          ANTHROPIC_VERTEX_BASE_URL: `${world.gateway.url}/v1`,
          CLAUDE_CODE_SKIP_VERTEX_AUTH: "1",
          ANTHROPIC_VERTEX_PROJECT_ID: "nobodys",
          CLOUD_ML_REGION: "us-east5",
          ANTHROPIC_CUSTOM_HEADERS: `x-litellm-api-key: ${key}`,
        }),
      );
    }, 120_000);
  },
);
