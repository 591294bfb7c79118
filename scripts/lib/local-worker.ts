import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import {
  unstable_getMiniflareWorkerOptions,
  unstable_readConfig,
  unstable_splitSqlQuery,
} from "wrangler";
import { root, toolEnvironment } from "./install.mjs";

// Miniflare itself runs the bundle, for `npm start` and for the end-to-end tests. Compared with one
// Worker that streams from a slow upstream: behind wrangler's createTestHarness a caller's hang-up
// never reached the upstream, because a proxy on Node stands between; through `wrangler dev` it took
// twice as long, and a start took 2.3 s. Here a start takes 0.3 s, the hang-up arrives with the next
// chunk as in production, values of any shape reach the Worker unquoted, and none touch the disk.

const wranglerToml = path.join(root, "wrangler.toml");

export interface LocalWorkerOptions {
  /** The folder `buildWorker` wrote. */
  bundle: string;
  vars: Record<string, string>;
  /** Where D1 and the Durable Objects keep their files; in memory without it. */
  storage?: string;
  host?: string;
  port?: number;
  /** How long the queue waits for more before it delivers, when wrangler.toml's second is too long. */
  queueWaitSeconds?: number;
  log?: (level: string, message: string) => void;
}

export type Row = Record<string, unknown>;

export interface LocalWorker {
  url: string;
  sql(query: string, ...values: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Bundles src/index.ts exactly as a deploy does. */
export async function buildWorker(bundle: string, environment: Record<string, string> = {}) {
  const wrangler = path.join(root, "node_modules/.bin/wrangler");
  const build = ["deploy", "--dry-run", "--outdir", bundle];
  await promisify(execFile)(wrangler, build, { cwd: root, env: toolEnvironment(environment) });
}

export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  // wrangler would say that it reads .dev.vars; what it read is not used.
  process.env["WRANGLER_LOG"] ??= "error";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(wranglerToml);
  const { queueWaitSeconds, storage } = options;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: options.host ?? "127.0.0.1",
      port: options.port ?? 0,
      // Filling request.cf would ask the network at each start.
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ level, message }) => options.log?.(level, message),
      ...(storage ? { resourcePersistencePath: storage } : {}),
      workers: [
        {
          ...workerOptions,
          name: "sekisho",
          rootPath: root,
          modules: [{ type: "ESModule", path: path.join(options.bundle, "index.js") }],
          modulesRoot: options.bundle,
          bindings: { ...varsOfFile(), ...options.vars },
          ...(queueWaitSeconds === undefined
            ? {}
            : {
                queueConsumers: withWait(
                  queueWaitSeconds,
                  workerOptions.queueConsumers as Consumers,
                ),
              }),
        },
      ],
    }),
  );
  const url = await miniflare.ready;
  const database = await miniflare.getD1Database("DB");
  await applyMigrations(database);
  return {
    url: url.origin,
    sql: async (query, ...values) => {
      const { results } = await database
        .prepare(query)
        .bind(...values)
        .all<Row>();
      return results;
    },
    stop: () => miniflare.dispose(),
  };
}

type Consumers = Record<string, { maxBatchTimeout?: number }>;

/** wrangler declares more forms of a consumer list than the one it makes, which is the record. */
function withWait(seconds: number, consumers: Consumers): Consumers {
  const hurried = Object.entries(consumers).map(([queue, settings]) => {
    return [queue, { ...settings, maxBatchTimeout: seconds }] as const;
  });
  return Object.fromEntries(hurried);
}

/** The [vars] of wrangler.toml, without what wrangler adds to them from .dev.vars. */
function varsOfFile(): Record<string, string> {
  const config: unknown = unstable_readConfig({ config: wranglerToml });
  const vars = typeof config === "object" && config && "vars" in config ? config.vars : {};
  return Object.fromEntries(
    Object.entries(vars ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

type Database = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** Keeps the table wrangler keeps, so that `wrangler d1 migrations` agrees about what was applied. */
async function applyMigrations(database: Database) {
  await database.exec(
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<Row>();
  const applied = new Set(results.map((row) => row["name"]));
  const folder = path.join(root, "migrations");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
  for (const file of files.filter((name) => !applied.has(name))) {
    const statements = unstable_splitSqlQuery(await readFile(path.join(folder, file), "utf8"));
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(file),
    ]);
  }
}
