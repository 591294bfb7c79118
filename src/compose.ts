import * as z from "zod";
import { drizzle } from "drizzle-orm/d1";
import { loadConfig } from "./core/config/load.ts";
import type { GatewayConfig } from "./core/config/deployment.ts";
import type { ConfigSource } from "./core/config/runtime-parts.ts";
import { GatewayError } from "./core/errors.ts";
import { parseJson, type JsonObject } from "./core/json.ts";
import { createKeySigner } from "./core/key-format.ts";
import { readSettings, textVariables, type Env, type Settings } from "./env.ts";
import compiled from "./generated/config.json";
import { createAliasMemory } from "./pipeline/alias-memory.ts";
import { createTermsMemory } from "./pipeline/terms.ts";
import { checkHealth } from "./pipeline/check-health.ts";
import { createChoosers } from "./pipeline/choosers.ts";
import type { Deps } from "./pipeline/deps.ts";
import { explainCall, type ExplainDeps } from "./pipeline/explain.ts";
import { accountStub } from "./platform/account/stub.ts";
import { answerCacheStub } from "./platform/answer-cache/stub.ts";
import { logEvent, logFault, logPoolAway } from "./platform/log.ts";
import { createKeyDirectory } from "./platform/key-directory.ts";
import { createRuntimeConfig } from "./platform/runtime-config.ts";
import { createSealer } from "./platform/seal.ts";
import { poolStub } from "./platform/pool/stub.ts";
import { lenderStub } from "./platform/shared-budget/stub.ts";
import { createDatadogSink } from "./platform/sinks/datadog.ts";
import type { Sink } from "./platform/sinks/sink.ts";
import { createTokenMint } from "./providers/google-token.ts";
import type { AdminDeps, ExplainedCall } from "./http/admin/deps.ts";
import { renderExplanation } from "./http/admin/explain-view.ts";

/** The Worker's bindings, turned into plain functions: here and nowhere else. */
export interface Gateway {
  deps: Deps;
  admin: AdminDeps;
  sinks: Sink[];
  /** D1 answers and is migrated. */
  isReady(): Promise<boolean>;
}

/** What `scripts/build-config.mjs` writes. */
const Compiled = z.object({ version: z.string(), config: z.unknown() });

interface Composed {
  /** Goes by the configuration file alone. */
  compiled: Gateway;
  /** Goes by the newest configuration a request has seen. */
  current: Gateway;
}

const composed = new WeakMap<Env, Composed>();

/** Built once per isolate: the configuration is parsed and keys are imported on the first request. */
function composedOf(env: Env): Composed {
  const known = composed.get(env);
  if (known !== undefined) return known;
  const compiledOnly = build(env);
  const fresh = { compiled: compiledOnly, current: compiledOnly };
  composed.set(env, fresh);
  return fresh;
}

/** For objects and queues, which need nothing of a configuration but the file's settings. */
export function compose(env: Env): Gateway {
  return composedOf(env).compiled;
}

/** For requests: with the models of this moment. What an isolate remembers, it goes on remembering. */
export async function composeNow(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Gateway> {
  const known = composedOf(env);
  const config = await known.current.admin.runtime.current(waitUntil);
  if (config !== known.current.deps.config) known.current = under(config, known.compiled);
  return known.current;
}

function under(config: GatewayConfig, gateway: Gateway): Gateway {
  const { deps, admin } = gateway;
  return { ...gateway, deps: { ...deps, config }, admin: { ...admin, config } };
}

/** The operator reads in the log what is wrong; callers learn only that it is not their fault. */
function notReady(problems: string[]): GatewayError {
  logEvent("not_ready", { problems });
  return new GatewayError(
    "not_configured",
    "The gateway is not configured. An administrator finds in its log what to correct.",
  );
}

function build(env: Env): Gateway {
  const settings = readSettings(env);
  if ("problems" in settings) throw notReady(settings.problems);
  const source = readConfig(env, settings);
  const { config } = source;
  const db = drizzle(env.DB);
  const signer = createKeySigner(settings.keySecret);
  const directory = createKeyDirectory(db);
  const nowMs = (): number => Date.now();
  const account = (accountId: string) => accountStub(env.ACCOUNT, accountId);
  const send = (request: Request): Promise<Response> => fetch(request);
  const deps: Deps = {
    config,
    masterKey: settings.masterKey,
    signer,
    fetch: send,
    nowMs,
    newId: () => crypto.randomUUID(),
    random: () => Math.random(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    noteFault: logFault,
    account,
    findAccountOfKey: (keyHash) => directory.accountOf(keyHash, nowMs()),
    tokens: createTokenMint(send),
    chooserFor: createChoosers({
      nowMs,
      random: () => Math.random(),
      pool: (group) => poolStub(env.POOL, group),
      noteAway: logPoolAway,
    }),
    aliases: createAliasMemory(),
    termsMemory: createTermsMemory(),
    answerCache: (name) => answerCacheStub(env.ANSWER_CACHE, name),
  };
  const variables = { ...config.environment, ...textVariables(env) };
  const datadog = createDatadogSink(variables, config.settings.callbacks, {
    fetch: send,
    nowMs,
  });
  const sinks = datadog === undefined ? [] : [datadog];
  const sealer = createSealer([
    settings.keySecret,
    ...(settings.previousKeySecret === undefined ? [] : [settings.previousKeySecret]),
  ]);
  return {
    deps,
    admin: {
      config,
      runtime: createRuntimeConfig(source, { db, sealer, nowMs }),
      sealer,
      sinks,
      checkHealth: (deployment, current) => checkHealth(deployment, { ...deps, config: current }),
      explain: (asked, current) => explain(asked, { ...deps, config: current, witness: account }),
      masterKey: settings.masterKey,
      signer,
      nowMs,
      newId: deps.newId,
      timeZone: config.settings.timeZone,
      keyHeaderName: config.settings.keyHeaderName,
      db,
      account,
      shared: (name) => lenderStub(env.SHARED_BUDGET, name),
    },
    sinks,
    isReady: async () => {
      try {
        await env.DB.prepare("SELECT 1 FROM keys LIMIT 1").run();
        return true;
      } catch {
        return false;
      }
    },
  };
}

async function explain(asked: ExplainedCall, deps: ExplainDeps): Promise<JsonObject> {
  const { request, caller, route } = asked;
  const context = {
    id: deps.newId(),
    startedAtMs: deps.nowMs(),
    callerGone: request.signal,
    // It leaves no work behind.
    waitUntil: () => undefined,
  };
  return renderExplanation(await explainCall(request, caller, route, context, deps), deps);
}

/** A deployment carries its configuration in the bundle; `npm start` and tests hand theirs in. */
function readConfig(env: Env, settings: Settings): ConfigSource {
  const { configJson } = settings;
  const source = Compiled.safeParse(configJson === undefined ? compiled : parseJson(configJson));
  if (!source.success) throw notReady(["SEKISHO_CONFIG_JSON is not a compiled configuration"]);
  const { config: raw, version } = source.data;
  const variables = textVariables(env);
  const loaded = loadConfig(raw, version, variables);
  if (loaded.ok) return { raw, variables, config: loaded.config };
  throw notReady(loaded.problems.map((one) => `${one.path}: ${one.message}`));
}
