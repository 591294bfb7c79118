import { env } from "cloudflare:workers";
import { parseJson, type Json } from "../../../src/core/json.ts";
import type { CallRecord } from "../../../src/core/record.ts";
import { insertRequests } from "../../../src/platform/db/requests.ts";
import { insertTeamRow } from "../../../src/platform/db/teams.ts";
import { insertUserRow } from "../../../src/platform/db/users.ts";
import { teamRow, userRow } from "../../platform/db/rows.ts";
import { sampleRecord } from "../../platform/sinks/sample-record.ts";
import { createAdmin, db, MASTER_KEY, NOW } from "./admin.ts";

const DAY_MS = 86_400_000;

export const KEY_A = "a".repeat(64);
export const KEY_B = "b".repeat(64);

const USAGE = {
  inputTokens: 100,
  cacheReadTokens: 10,
  cacheWrite5mTokens: 5,
  cacheWrite1hTokens: 2,
  outputTokens: 20,
  reasoningTokens: 3,
};

export function call(requestId: string, changes: Partial<CallRecord> = {}): CallRecord {
  return sampleRecord({
    requestId,
    usage: USAGE,
    keyHash: KEY_A,
    keyAlias: null,
    teamId: "t1",
    organizationId: "o1",
    userId: "alice",
    userEmail: "alice@example.com",
    endUser: null,
    modelGroup: "sonnet",
    model: "claude-sonnet-4-5",
    provider: "bedrock",
    startedAtMs: Date.parse(NOW),
    firstTokenAtMs: Date.parse(NOW) + 500,
    endedAtMs: Date.parse(NOW) + 1_000,
    costNanoUsd: 1_000_000_000,
    tags: [],
    keyMetadata: {},
    ...changes,
  });
}

/** Alice in team t1 by two keys and two models, yesterday too; Bob outside of teams; one refused. */
export const TRAFFIC = [
  call("1", { tags: ["batch", "User-Agent: curl/8.5.0"], endUser: "cust-1" }),
  call("2", { costNanoUsd: 2_000_000_000, startedAtMs: Date.parse(NOW) - DAY_MS }),
  call("3", {
    keyHash: KEY_B,
    modelGroup: "gpt",
    model: "gpt-4.1",
    provider: "openai",
    costNanoUsd: 500_000_000,
    tags: ["batch", "night"],
    endUser: "cust-2",
  }),
  call("4", {
    userId: "bob",
    userEmail: "bob@example.com",
    teamId: null,
    organizationId: null,
    keyHash: "c".repeat(64),
    costNanoUsd: 250_000_000,
  }),
  call("5", {
    modelGroup: "gpt",
    model: null,
    provider: null,
    costNanoUsd: 0,
    status: "failure",
    statusCode: 429,
    ending: "refused",
    errorCode: "upstream_rate_limited",
    usage: {
      inputTokens: 0,
      cacheReadTokens: 0,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
    },
  }),
];

export async function forgetTraffic(): Promise<void> {
  const tables = ["requests", "hourly_spend", "daily_usage", "daily_label_usage", "keys", "users"];
  await env.DB.batch([...tables, "teams"].map((one) => env.DB.prepare(`DELETE FROM ${one}`)));
}

export async function insertTraffic(records: readonly CallRecord[] = TRAFFIC): Promise<void> {
  await insertRequests(env.DB, records, "UTC");
}

/** A report, whatever JSON it is, at the fixed time. */
export async function ask(
  path: string,
  { key = MASTER_KEY, timeZone = "UTC" }: { key?: string; timeZone?: string } = {},
): Promise<{ status: number; body: Json; headers: Headers }> {
  const response = await createAdmin({ timeZone }).request(path, {
    headers: { authorization: `Bearer ${key}` },
  });
  return {
    status: response.status,
    body: jsonOf(await response.text()),
    headers: response.headers,
  };
}

function jsonOf(text: string): Json {
  const body = parseJson(text);
  if (body === undefined) throw new Error(`no JSON: ${text.slice(0, 200)}`);
  return body;
}

/** A person with a key of their own; `adminOf` is a team they administer. */
export async function keyFor(
  userId: string,
  { role = null, adminOf }: { role?: string | null; adminOf?: string } = {},
): Promise<string> {
  const teams = adminOf === undefined ? [] : [adminOf];
  await insertUserRow(db, userRow(userId, { role, teams }));
  for (const id of teams) {
    const members = [{ role: "admin" as const, user_id: userId, user_email: null }];
    await insertTeamRow(db, teamRow(id, { alias: "core", members }));
  }
  return (await createAdmin().generate({ user_id: userId })).key;
}
