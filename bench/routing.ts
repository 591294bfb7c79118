import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { emptyCounts } from "./routing/counts.ts";
import { writeDocument } from "./routing/document.ts";
import { figuresOf, promisesOf, type Figures } from "./routing/figures.ts";
import type { Outcome } from "./routing/play.ts";
import { playForReal } from "./routing/real.ts";
import { configOf, fleetSizeOf, LOAD, quotasOf, SCENARIOS } from "./routing/scenarios.ts";
import { configIn, simulate } from "./routing/simulated.ts";
import { makeTrace } from "./routing/trace.ts";

/**
 * What routing does for callers when there is more traffic than one region takes: `npm run
 * bench:routing`, with `-- --quick` for a look. The same traffic is played in every scenario, first in
 * simulated time for long enough to count rare things, then through the built Worker in real time.
 * `--write` puts the figures into docs/routing.md and docs/routing.svg.
 */
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    seed: { type: "string", default: "3" },
    /** Leaves the real run out, or the simulated one. */
    only: { type: "string" },
  },
});

/**
 * Requests per minute of the first region: what two cores can drive for real is less. Quotas are learned,
 * and caches filled, before anything counts.
 */
const SIMULATED = values.quick
  ? { quota: 600, warmUpMinutes: 3, minutes: 5, runs: 1 }
  : { quota: 600, warmUpMinutes: 3, minutes: 15, runs: 6 };
const REAL = values.quick
  ? { quota: 100, warmUpMinutes: 0.5, minutes: 1 }
  : { quota: 400, warmUpMinutes: 3, minutes: 5 };
const MINUTE_MS = 60_000;
const CALLERS = 12;
const seed = Number(values.seed);

/** The real run is for the promises; strategies are compared in the other one. */
const REAL_SCENARIOS = new Set(["unlimited", "single", "simple-shuffle", "adaptive"]);

async function main(): Promise<void> {
  if (values.write && (values.quick || values.only !== undefined)) {
    throw new Error("--write is for a whole run: the page has both tables, and no look's figures.");
  }
  const simulated = values.only === "real" ? [] : await simulateAll();
  if (simulated.length > 0) print("Simulated", simulated);
  const real = values.only === "simulated" ? [] : await playAll();
  if (real.length > 0) print("Real", real);
  const settings = { seed, load: LOAD, simulated: SIMULATED, real: REAL };
  const result = { bench: "routing", machine: machine(), settings, simulated, real };
  if (values.write) await writeDocument(result);
  console.log(JSON.stringify(result));
}

async function simulateAll(): Promise<Figures[]> {
  const { quota, warmUpMinutes, runs } = SIMULATED;
  const address = { url: "https://upstream.example", serviceAccountJson: "{}" };
  const config = configIn(configOf(address));
  const all: Figures[] = [];
  for (const scenario of SCENARIOS) {
    const outcomes: Outcome[] = [];
    const counts = emptyCounts();
    for (let run = 0; run < runs; run += 1) {
      const trace = traceOf(SIMULATED, seed + run);
      const stage = { scenario, config, quotas: quotasOf(quota), trace, seed: seed + run };
      outcomes.push(
        ...(await simulate({ ...stage, countsFromMs: warmUpMinutes * MINUTE_MS, counts })),
      );
    }
    all.push(figuresOf(scenario, outcomes, counts));
  }
  return all;
}

function playAll(): Promise<Figures[]> {
  const { quota, warmUpMinutes } = REAL;
  return playForReal({
    scenarios: SCENARIOS.filter(({ name }) => REAL_SCENARIOS.has(name)),
    ...{ quota, trace: traceOf(REAL, seed), callers: CALLERS },
    countsFromMs: warmUpMinutes * MINUTE_MS,
  });
}

function traceOf({ quota, warmUpMinutes, minutes }: typeof REAL, traceSeed: number) {
  return makeTrace({
    ...{ seed: traceSeed, callers: CALLERS, fleetSize: fleetSizeOf(quota) },
    callsPerMinute: LOAD * quota,
    durationMs: (warmUpMinutes + minutes) * MINUTE_MS,
  });
}

function print(title: string, figures: readonly Figures[]): void {
  console.log(`\n${title}`);
  console.table(Object.fromEntries(figures.map(({ name, title: _, ...rest }) => [name, rest])));
  for (const { text, isKept, isUntested = false } of promisesOf(figures)) {
    const word = isUntested ? "open  " : isKept ? "kept  " : "BROKEN";
    console.log(`${word} ${text}`);
    // A look is too short to count by.
    if (!isKept && !values.quick) process.exitCode = 1;
  }
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, Node ${process.version}`;
}

await main();
