import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildWorker, startLocalWorker } from "../../scripts/lib/local-worker.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { play } from "./play.ts";
import { configOf, quotasByScenario, quotasOf, type Scenario } from "./scenarios.ts";
import type { Conversation } from "./trace.ts";
import { startFakeUpstream, type FakeUpstream } from "./upstream.ts";

export interface RealRun {
  scenarios: readonly Scenario[];
  quota: number;
  trace: readonly Conversation[];
  callers: number;
  countsFromMs: number;
}

const MASTER_KEY = "sk-bench-0123456789abcdef0123456789abcdef";

/** Plays the traffic through the built Worker, over HTTP and in real time, in all scenarios at once. */
export async function playForReal(run: RealRun): Promise<Figures[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "sekisho-bench-"));
  const upstream = await startFakeUpstream(quotasByScenario(quotasOf(run.quota)));
  try {
    const bundle = path.join(folder, "bundle");
    await buildWorker(bundle);
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
      return await playAll(run, worker.url, upstream);
    } finally {
      await worker.stop();
    }
  } finally {
    await upstream.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function playAll(run: RealRun, url: string, upstream: FakeUpstream): Promise<Figures[]> {
  const { scenarios, trace, callers, countsFromMs } = run;
  const keys = await Promise.all(Array.from({ length: callers }, () => createKey(url)));
  const startsAtMs = Date.now() + START_MS;
  setTimeout(() => upstream.startCounting(), START_MS + countsFromMs);
  return Promise.all(
    scenarios.map(async (scenario) => {
      const stage = { url, keys, startsAtMs, countsFromMs, model: scenario.name };
      return figuresOf(scenario, await play(trace, stage), upstream.counts(scenario.name));
    }),
  );
}

/** Until everything stands ready. */
const START_MS = 500;

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
