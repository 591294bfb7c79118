import { afterAll, beforeAll, describe, test } from "vitest";
import { startWorld, type World } from "../e2e/world.ts";
import { readNote, setUpClaudeCode } from "./claude-code.ts";
import type { Client } from "./client.ts";
import { expectRoundTrip } from "./round-trip.ts";

/** Claude Code as teams run it that came from AWS: Bedrock mode, with nothing changed but the URL. */
let world: World;
let claude: Client;

beforeAll(async () => {
  claude = await setUpClaudeCode();
  world = await startWorld();
}, 600_000);
afterAll(async () => {
  await world.stop();
  await claude.remove();
});

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

describe.each(["bedrock-claude", "bedrock-opus", "vertex-claude", "openai-gpt", "bedrock-nova"])(
  "Claude Code in Bedrock mode on %s",
  (model) => {
    test.each(["bearer", "signed"] as const)(
      "completes a tool round trip, %s",
      async (kind) => {
        world.upstream.reset();
        const { key, variables } = await accessVariables(kind);
        const done = await readNote(claude, {
          CLAUDE_CODE_USE_BEDROCK: "1",
          ANTHROPIC_BEDROCK_BASE_URL: `${world.gateway.url}/bedrock`,
          AWS_REGION: "us-east-1",
          AWS_EC2_METADATA_DISABLED: "true",
          ANTHROPIC_MODEL: model,
          ANTHROPIC_SMALL_FAST_MODEL: model,
          ...variables,
        });
        await expectRoundTrip(done, world, key);
      },
      120_000,
    );
  },
);
