import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildWorker } from "../scripts/lib/local-worker.ts";
import { startWorld } from "../test/e2e/world.ts";
import { pricedModels, runNestedBudgets } from "./budgets-load.ts";

/**
 * Do budgets hold under load? `npm run bench:budgets`: 10,000 calls of mixed prices, 500 at a time,
 * against a key, its team and its organization with a dollar each, through the built Worker.
 * `-- --calls 1000 --parallel 100 --budget 0.1` for less. Fails when anything is overspent, when less
 * than 95 % can be used, or when a refusal does not say whose budget it was.
 */
const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "10000" },
    parallel: { type: "string", default: "500" },
    budget: { type: "string", default: "1" },
  },
});

const UTILISATION_MIN = 0.95;

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "sekisho-bench-"));
  if (!process.env["SEKISHO_BUNDLE"]) {
    await buildWorker(folder);
    process.env["SEKISHO_BUNDLE"] = folder;
  }
  const world = await startWorld({ models: pricedModels });
  try {
    const figures = await runNestedBudgets(world.gateway, world.upstream, {
      calls: Number(values.calls),
      parallel: Number(values.parallel),
      budgetUsd: Number(values.budget),
    });
    const { rowsNanoUsd, billNanoUsd, spentNanoUsd, overspentNanoUsd, utilisation } = figures;
    const sums = [billNanoUsd, ...Object.values(spentNanoUsd)];
    const agrees = sums.every((one) => one === rowsNanoUsd);
    console.log(JSON.stringify({ bench: "budgets", ...values, ...figures }, null, 2));
    console.log(
      `${figures.served} served and ${figures.refused} refused in ${figures.seconds.toFixed(1)} s ` +
        `(${figures.callsPerSecond.toFixed(0)} a second): overspent ${overspentNanoUsd} nano-USD, ` +
        `used ${(utilisation * 100).toFixed(2)} %, ` +
        `bill, rows and accounts ${agrees ? "agree to the nano-dollar" : "DIFFER"}`,
    );
    const isGood =
      agrees &&
      overspentNanoUsd === 0 &&
      utilisation >= UTILISATION_MIN &&
      figures.named["nobody"] === undefined &&
      Object.keys(figures.failed).length === 0;
    if (!isGood) process.exitCode = 1;
  } finally {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
