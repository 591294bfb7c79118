import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { control } from "./control.ts";
import { createCredentials, serviceAccountJson } from "./credentials.ts";
import type { Credentials } from "./credentials.ts";
import { createDatadogStore } from "./datadog.ts";
import type { DatadogStore } from "./datadog.ts";
import { deliver, deliverReply } from "./deliver.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Outcome, RecordedRequest } from "./exchange.ts";
import { createTokenStore } from "./google-token.ts";
import type { TokenStore } from "./google-token.ts";
import { parseJson } from "./json.ts";
import { createResponseStore } from "./responses-store.ts";
import { route } from "./router.ts";
import { createScripts } from "./script.ts";
import type { Behaviour, Match, Script, ScriptOptions, Scripts } from "./script.ts";
import { createSignatures } from "./signatures.ts";
import type { State } from "./state.ts";
import { createPromptCache } from "./tokens.ts";

export interface UpstreamOptions {
  /** 0 or absent takes a free one. */
  port?: number;
  /** Replaces the secrets a test wants to choose itself. */
  credentials?: Partial<Credentials>;
  /** How long Google's tokens live; Google itself says 3600. */
  tokenLifetimeSeconds?: number;
  /** The vendors' clock, for signatures, tokens and caches. */
  now?: () => Date;
}

/** A stand-in for every vendor, on one port of the loopback interface. */
export interface Upstream {
  url: string;
  port: number;
  credentials: Credentials;
  serviceAccountJson: string;
  /** Every request since the last reset, also the refused ones. */
  requests: RecordedRequest[];
  datadog: DatadogStore;
  tokens: TokenStore;
  script(match: Match, behaviours: Behaviour[], options?: ScriptOptions): Script;
  /** Forgets requests, scripts, caches, logs and the count of tokens; secrets, issued tokens and kept answers stay. */
  reset(): void;
  stop(): Promise<void>;
}

interface Running {
  state: State;
  scripts: Scripts;
  requests: RecordedRequest[];
  stopping: AbortSignal;
  now: () => Date;
}

export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const stopping = new AbortController();
  const requests: RecordedRequest[] = [];
  const scripts = createScripts();
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const state: State = {
    credentials: createCredentials(url, options.credentials),
    cache: createPromptCache(),
    signatures: createSignatures(),
    tokens: createTokenStore(options.tokenLifetimeSeconds ?? 3600),
    datadog: createDatadogStore(),
    responses: createResponseStore(),
  };
  const running: Running = {
    state,
    scripts,
    requests,
    stopping: stopping.signal,
    now: options.now ?? (() => new Date()),
  };
  const upstream: Upstream = {
    url,
    port,
    credentials: state.credentials,
    serviceAccountJson: serviceAccountJson(state.credentials.google),
    requests,
    datadog: state.datadog,
    tokens: state.tokens,
    script: (match, behaviours, scriptOptions) => scripts.add(match, behaviours, scriptOptions),
    reset() {
      requests.splice(0);
      scripts.clear();
      state.cache.clear();
      Object.assign(state.datadog, createDatadogStore());
      state.tokens.mints = 0;
    },
    async stop() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  handle = (request, response) => {
    // A fault of the stand-in must stop the test run, not look like a fault of the vendor.
    serve(request, response, running, upstream).catch((error: unknown) =>
      process.nextTick(() => rethrow(error)),
    );
  };
  return upstream;
}

function rethrow(error: unknown): never {
  throw error instanceof Error ? error : new Error(String(error));
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  running: Running,
  upstream: Upstream,
): Promise<void> {
  const exchange = await read(request, running.now());
  if (!exchange) return;
  const answered = control(exchange, upstream);
  const record = createRecord(exchange);
  const signal = watch(response, record, running.stopping);
  const delivery = { response, record, signal };
  if (answered) return deliverReply(answered, delivery);
  running.requests.push(record);
  try {
    const outcome = route(exchange, running.state);
    if (!outcome)
      return await deliverReply(jsonReply(404, { error: "no vendor lives here" }), delivery);
    describe(record, outcome);
    if (outcome.kind === "refusal") return await deliverReply(outcome.reply, delivery);
    record.behaviour = running.scripts.take(outcome, exchange.path);
    await deliver(outcome, record.behaviour, delivery);
  } catch (error) {
    // Whoever hung up ends here, as intended.
    if (signal.aborted) return;
    response.destroy();
    throw error;
  }
}

async function read(request: IncomingMessage, now: Date): Promise<Exchange | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) if (part instanceof Buffer) parts.push(part);
  } catch {
    return undefined;
  }
  const rawBody = Buffer.concat(parts);
  const [path = "/", rawQuery = ""] = (request.url ?? "/").split("?", 2);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: request.method ?? "GET",
    path,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers,
    rawBody,
    body: parseJson(rawBody.toString("utf8")),
    now,
  };
}

function createRecord(exchange: Exchange): RecordedRequest {
  return {
    vendor: "unknown",
    method: exchange.method,
    path: exchange.path,
    query: Object.fromEntries(exchange.query),
    headers: exchange.headers,
    body: exchange.body,
    rawBody: exchange.rawBody,
    chunksSent: 0,
    receivedAtMs: Date.now(),
  };
}

function describe(record: RecordedRequest, outcome: Outcome): void {
  record.vendor = outcome.vendor;
  record.region = outcome.region;
  record.deployment = outcome.deployment;
  record.model = outcome.model;
  if (outcome.kind === "refusal") record.refusal = outcome.reason;
}

/** The signal fires when the client closes first, or when the stand-in stops. */
function watch(
  response: ServerResponse,
  record: RecordedRequest,
  stopping: AbortSignal,
): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (response.writableFinished) record.finishedAtMs ??= Date.now();
    else if (record.finishedAtMs === undefined) record.abortedAtMs = Date.now();
    gone.abort();
  });
  return AbortSignal.any([gone.signal, stopping]);
}
