import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildWorker, startLocalWorker, type LocalWorker } from "../scripts/lib/local-worker.ts";
import { figuresOf, promisesOf, type Figures } from "./routing/figures.ts";
import { play } from "./routing/play.ts";
import { configOf, quotasOf, SCENARIOS } from "./routing/scenarios.ts";
import { makeTrace } from "./routing/trace.ts";
import { startFakeUpstream, type FakeUpstream } from "./routing/upstream.ts";

/**
 * What routing does for callers when there is more traffic than one region takes: `npm run
 * bench:routing`, with `-- --quick` for a look. Every scenario gets the same traffic at the same time,
 * through the built Worker, from a stand-in that keeps quotas and prompt caches as vendors do.
 * `--write` puts the figures into the documentation.
 */
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    quota: { type: "string" },
    minutes: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});

/** Requests per minute of one place; four times as many come in all scenarios together. */
const quota = Number(values.quota ?? (values.quick ? 60 : 120));
const minutes = Number(values.minutes ?? (values.quick ? 1 : 3));
/** Quotas are learned, and caches filled, before anything counts. */
const warmUpMs = values.quick ? 20_000 : 60_000;
const seed = Number(values.seed);

/** Of one place's quota. */
const LOAD = 2.5;
const CALLERS = 12;

const MASTER_KEY = "sk-bench-0123456789abcdef0123456789abcdef";

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "sekisho-bench-"));
  const upstream = await startFakeUpstream(quotasOf({ requestsPerMinute: quota }));
  try {
    const bundle = process.env["SEKISHO_BUNDLE"] ?? path.join(folder, "bundle");
    if (process.env["SEKISHO_BUNDLE"] === undefined) await buildWorker(bundle);
    const config = { source: "bench", version: "bench", config: configOf(upstream) };
    const worker = await startLocalWorker({
      bundle,
      vars: {
        LITELLM_MASTER_KEY: MASTER_KEY,
        SEKISHO_KEY_SECRET: "bench-key-secret-0123456789abcdef0123456789",
        SEKISHO_CONFIG_JSON: JSON.stringify(config),
      },
    });
    try {
      report(await run(worker, upstream));
    } finally {
      await worker.stop();
    }
  } finally {
    await upstream.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run({ url }: LocalWorker, upstream: FakeUpstream): Promise<Figures[]> {
  const keys = await Promise.all(Array.from({ length: CALLERS }, () => createKey(url)));
  const durationMs = warmUpMs + minutes * 60_000;
  const trace = makeTrace({ seed, callsPerMinute: LOAD * quota, durationMs, callers: CALLERS });
  console.log(
    `${trace.length} conversations, ${LOAD * quota} calls a minute in each of ${SCENARIOS.length} scenarios, ${durationMs / 60_000} minutes`,
  );
  const startsAtMs = Date.now() + 500;
  setTimeout(() => upstream.startCounting(), 500 + warmUpMs);
  const stage = { url, keys, startsAtMs, countsFromMs: warmUpMs };
  return Promise.all(
    SCENARIOS.map(async (scenario) => {
      const outcomes = await play(trace, { ...stage, model: scenario.name });
      return figuresOf(scenario, outcomes, upstream.counts(scenario.name));
    }),
  );
}

async function createKey(url: string): Promise<string> {
  const response = await fetch(`${url}/key/generate`, {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    body: "{}",
  });
  const made: unknown = await response.json();
  if (typeof made === "object" && made && "key" in made && typeof made.key === "string") {
    return made.key;
  }
  throw new Error(`POST /key/generate answered ${response.status}`);
}

function report(figures: readonly Figures[]): void {
  console.table(Object.fromEntries(figures.map(({ name, title: _, ...rest }) => [name, rest])));
  const promises = promisesOf(figures);
  for (const { text, isKept } of promises) console.log(`${isKept ? "kept  " : "BROKEN"} ${text}`);
  console.log(JSON.stringify({ bench: "routing", machine: machine(), quota, minutes, seed, figures }));
  if (promises.some(({ isKept }) => !isKept)) process.exitCode = 1;
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, Node ${process.version}`;
}

await main();
