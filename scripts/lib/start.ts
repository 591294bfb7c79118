import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isJsonObject, parseJson } from "../../src/core/json.ts";
import { ConfigError, compileConfig } from "./config-file.ts";
import type { LocalWorker } from "./local-worker.ts";
import { holdState } from "./hold-state.ts";
import { standingsOf } from "./models.ts";
import { createKey, introduce, isKnownKey, waitUntilReady } from "./quickstart.ts";
import { openState } from "./state.ts";
import { collectVariables } from "./variables.ts";

/**
 * The local queue lives in memory and delivers after a second, so a stop waits a little longer than
 * that for settled records to reach D1.
 */
const drainMs = 1_500;

const host = process.env["HOST"] || "127.0.0.1";
const port = portOf(process.env["PORT"] || "8787");
let worker: LocalWorker | undefined;
let stopping: Promise<void> | undefined;
/** What the gateway says is wrong with its settings, over and over, for as long as it cannot serve. */
const problems = new Set<string>();

stopWhenOrphaned();

try {
  await start();
} catch (error) {
  await fail(messageOf(error));
}

async function start() {
  await requireFreePort();
  const { compiled, loaded, variables, warnings } = compileConfig(undefined, collectVariables);
  for (const warning of warnings) note(`${compiled.source}: ${warning}`);
  const given = collectVariables(variables);
  const state = openState();
  await holdState(state.folder);

  process.stdout.write("Starting …\n");
  // Takes longer to load than all the rest, so whatever can be said before it is.
  const { buildWorker, startLocalWorker } = await import("./local-worker.ts");
  await buildWorker(state.bundle);
  const masterKey = given["LITELLM_MASTER_KEY"] || state.masterKey();
  const keySecret = given["SEKISHO_KEY_SECRET"] || state.keySecret();
  worker = await startLocalWorker({
    bundle: state.bundle,
    storage: state.storage,
    host,
    port,
    log: showProblem,
    vars: {
      ...given,
      LITELLM_MASTER_KEY: masterKey,
      SEKISHO_KEY_SECRET: keySecret,
      // Example keys from documentation are fine on a laptop.
      SEKISHO_LOCAL: "1",
      SEKISHO_CONFIG_JSON: JSON.stringify(compiled),
    },
  });
  stopOnSignals();
  await waitUntilReady(worker.url, problems);

  const saved = state.virtualKey(keySecret);
  const key = saved && (await isKnownKey(worker.url, saved)) ? saved : undefined;
  const virtualKey = key ?? (await createKey(worker.url, masterKey));
  if (!key) state.saveVirtualKey(virtualKey, keySecret);
  process.stdout.write(
    introduce({
      url: worker.url,
      key: virtualKey,
      models: standingsOf(loaded),
      masterKey: given["LITELLM_MASTER_KEY"] ? undefined : { key: masterKey, file: state.file },
    }),
  );
}

/** In place of Miniflare's own handlers, which leave at once. Ctrl-C may arrive more than once. */
function stopOnSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
}

function stop() {
  stopping ??= (async () => {
    process.stdout.write("Stopping …\n");
    await sleep(worker ? drainMs : 0);
    await worker?.stop();
    process.exit(0);
  })();
}

/** The process that started this one forwards signals; when it is killed outright, nobody would. */
function stopWhenOrphaned() {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), 500).unref();
}

async function fail(message: string) {
  process.stderr.write(`${message}\n`);
  await worker?.stop();
  process.exit(1);
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  // A failed build carries what the bundler printed.
  const printed = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return printed || `Sekisho could not start: ${error instanceof Error ? error.message : error}`;
}

async function requireFreePort() {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(whyNoPort(error));
  });
  await new Promise((resolve) => server.close(resolve));
}

function whyNoPort({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") {
    return `Port ${port} is taken. Set PORT to another one, or stop what holds it.`;
  }
  if (code === "EACCES") return `Port ${port} is for administrators. Set PORT to 1024 or more.`;
  return `HOST is ${JSON.stringify(host)}, where nothing can listen here (${code ?? message}). 127.0.0.1 is this machine alone, 0.0.0.0 all of its networks.`;
}

function portOf(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  process.stderr.write(`PORT is ${JSON.stringify(text)}, which is not a port number.\n`);
  process.exit(1);
}

function note(message: string) {
  process.stderr.write(`Note: ${message}\n`);
}

function showProblem(level: string, message: string) {
  if (level !== "warn" && level !== "error") return;
  const said = problemsIn(message);
  for (const problem of said) problems.add(problem);
  if (said.length === 0) process.stderr.write(`${message}\n`);
}

/** The problems of a `not_ready` line of the gateway's log. */
function problemsIn(line: string): string[] {
  const event = parseJson(line);
  if (!isJsonObject(event) || event["event"] !== "not_ready") return [];
  return Array.isArray(event["problems"]) ? event["problems"].map(String) : [];
}
