import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { createKeySigner, hashKey } from "../../../src/core/key-format.ts";
import { isJsonObject, type JsonObject } from "../../../src/core/json.ts";
import type { AccountManagement } from "../../../src/core/ledger/policy.ts";
import type { ReserveReply, ReserveRequest } from "../../../src/core/ledger.ts";
import { openAiChat } from "../../../src/dialects/openai-chat/index.ts";
import type { AdminDeps } from "../../../src/http/admin/deps.ts";
import { adminRoutes } from "../../../src/http/admin/index.ts";
import type { App } from "../../../src/http/context.ts";
import { errorResponse } from "../../../src/http/error-response.ts";
import { accountStub } from "../../../src/platform/account/stub.ts";
import { createRuntimeConfig, type RuntimeConfig } from "../../../src/platform/runtime-config.ts";
import { createSealer } from "../../../src/platform/seal.ts";
import { lenderStub } from "../../../src/platform/shared-budget/stub.ts";
import { loaded } from "../../core/config/sample.ts";
import { callFor, settlementOf } from "../../platform/accounts.ts";

export const MASTER_KEY = "sk-test-master";
export const signer = createKeySigner("a test's key secret");
export const db = drizzle(env.DB);

/** Wednesday; half past seven in the evening in Tokyo. */
export const NOW = "2026-11-18T10:30:00+00:00";

export interface Answer {
  status: number;
  body: JsonObject;
}

export const sealer = createSealer(["a test's key secret"]);

/** What is added at run time, beside this file. */
export function runtimeOf(raw: object, variables: Record<string, string> = {}): RuntimeConfig {
  const source = { raw, variables, config: loaded(raw, variables) };
  return createRuntimeConfig(source, { db, sealer, nowMs: () => Date.parse(NOW) });
}

/** The management routes over a real database and real account objects, at a fixed time. */
export function createAdmin(changes: Partial<AdminDeps> = {}) {
  const deps: AdminDeps = {
    config: loaded({}),
    runtime: runtimeOf({}),
    sealer,
    sinks: [],
    explain: () => Promise.resolve({}),
    checkHealth: () => Promise.resolve({ kind: "healthy", durationMs: 1 }),
    masterKey: MASTER_KEY,
    signer,
    nowMs: () => Date.parse(NOW),
    newId: () => crypto.randomUUID(),
    db,
    account: (id) => accountStub(env.ACCOUNT, id),
    shared: (name) => lenderStub(env.SHARED_BUDGET, name),
    timeZone: "UTC",
    keyHeaderName: undefined,
    ...changes,
  };
  const app = new Hono<App>().route(
    "/",
    adminRoutes(() => deps),
  );
  app.notFound((c) => c.json({ detail: "Not Found" }, 404));
  app.onError((error) => errorResponse(error, openAiChat, "call-1"));

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await app.request(path, init);
    const body: unknown = await response.json();
    if (!isJsonObject(body)) throw new Error(`not an object: ${JSON.stringify(body)}`);
    return { status: response.status, body };
  }

  function post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    method = "POST",
  ) {
    const authorization = `Bearer ${MASTER_KEY}`;
    return send(path, {
      method,
      headers: { authorization, "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  return {
    deps,
    send,
    post,
    async generate(wish: object = {}) {
      const { status, body } = await post("/key/generate", wish);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return { made: body, key: textAt(body, "key"), hash: textAt(body, "token") };
    },
    /** The answer as it came. */
    request: (path: string, init: RequestInit) => app.request(path, init),
    /** What is no JSON. */
    file: (path: string) =>
      app.request(path, { headers: { authorization: `Bearer ${MASTER_KEY}` } }),
    get: (path: string, key = MASTER_KEY) =>
      send(path, { headers: { authorization: `Bearer ${key}` } }),
  };
}

/** A text the answer must have there. */
export function textAt(body: JsonObject, ...path: string[]): string {
  let value: unknown = body;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  if (typeof value !== "string") throw new Error(`no text at ${path.join(".")}`);
  return value;
}

/** The account a native key names. */
export function accountOf(key: string) {
  return accountStub(env.ACCOUNT, key.slice("sk-sekisho-".length, "sk-sekisho-".length + 20));
}

/** Asks the key's account for a call that costs at most 100 nano-USD. */
export async function callWith(key: string, changes: Partial<ReserveRequest> = {}) {
  const call = callFor({ keyHash: await hashKey(key), ...changes });
  return { call, reply: await accountOf(key).reserve(call) };
}

/** A call from beginning to end, if the account admits it. */
export async function spendWith(key: string, nanoUsd: number): Promise<ReserveReply> {
  const { call, reply } = await callWith(key);
  if (reply.kind === "admitted") await accountOf(key).settle(settlementOf(call, nanoUsd));
  return reply;
}

/** An account nobody can reach, as when Durable Objects are away. */
export function unreachable(): AccountManagement {
  const fail = () => Promise.reject(new Error("the object cannot be reached"));
  return {
    putKey: fail,
    putTeam: fail,
    putUser: fail,
    dropKey: fail,
    standings: fail,
    resetSpend: fail,
  };
}
