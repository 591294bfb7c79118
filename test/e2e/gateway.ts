import { createHash } from "node:crypto";
import { compileConfig } from "../../scripts/lib/config-file.ts";
import { startLocalWorker, type Row } from "../../scripts/lib/local-worker.ts";

export interface GatewayOptions {
  /** The content of a config.yaml, or the path to one. */
  config: object | string;
  /** What a deployment would set with `wrangler secret put`. */
  vars?: Record<string, string>;
}

export interface Gateway {
  url: string;
  masterKey: string;
  /** Makes a virtual key. The body is the one of POST /key/generate. */
  createKey(body?: object): Promise<string>;
  /** A request with the master key; an object as body goes out as JSON. */
  admin(path: string, init?: AdminInit): Promise<Response>;
  /** Rows of D1. */
  sql(query: string, ...values: unknown[]): Promise<Row[]>;
  /** What the Worker wrote to its console so far. */
  logs: string[];
  stop(): Promise<void>;
}

type AdminInit = Omit<RequestInit, "body"> & { body?: object | string };

const masterKey = "sk-test-master-0123456789abcdef0123456789abcdef";

/** Starts the built Worker on a free port, with a state of its own, reachable over real HTTP. */
export async function startGateway({ config, vars = {} }: GatewayOptions): Promise<Gateway> {
  const logs: string[] = [];
  const worker = await startLocalWorker({
    bundle: builtWorker(),
    // Rows appear as soon as the account object sends them, which most tests wait for.
    queueWaitSeconds: 0,
    log: (level, message) => logs.push(`${level}: ${message}`),
    vars: {
      LITELLM_MASTER_KEY: masterKey,
      SEKISHO_KEY_SECRET: "test-key-secret-0123456789abcdef0123456789abcdef",
      SEKISHO_CONFIG_JSON: JSON.stringify(compiled(config, vars)),
      ...vars,
    },
  });
  const key = vars["LITELLM_MASTER_KEY"] ?? masterKey;
  const admin = (path: string, init?: AdminInit) => fetch(worker.url + path, asAdmin(key, init));
  return {
    ...worker,
    logs,
    masterKey: key,
    admin,
    createKey: async (body = {}) => keyOf(await admin("/key/generate", { method: "POST", body })),
  };
}

/** Built once per run, by test/e2e/build.ts. */
function builtWorker(): string {
  const bundle = process.env["SEKISHO_BUNDLE"];
  if (!bundle) throw new Error("SEKISHO_BUNDLE is not set: run this through `npm test`.");
  return bundle;
}

function compiled(config: object | string, vars: Record<string, string>): object {
  if (typeof config === "string") return compileConfig(config, () => vars).compiled;
  const version = createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 12);
  return { source: "test", version, config };
}

function asAdmin(key: string, init: AdminInit = {}): RequestInit {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${key}`);
  if (typeof init.body !== "object") return { ...init, headers } as RequestInit;
  headers.set("content-type", "application/json");
  return { ...init, headers, body: JSON.stringify(init.body) };
}

async function keyOf(response: Response): Promise<string> {
  const text = await response.text();
  const body: unknown = response.ok ? JSON.parse(text) : undefined;
  if (typeof body === "object" && body && "key" in body && typeof body.key === "string") {
    return body.key;
  }
  throw new Error(`POST /key/generate answered ${response.status}: ${text}`);
}
