import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildWorker } from "../scripts/lib/local-worker.ts";
import { runKills } from "./kill-load.ts";

/**
 * What does a crash cost? `npm run chaos:kill`: twenty times SIGKILL to the runtime in the middle of
 * load, and a start on what is on the disk. `-- --kills 3 --parallel 10` for less. Fails when anything
 * that was settled is lost or counted twice, when rows, counters and the stand-in's bill disagree, or
 * when a call in flight is not charged within two minutes of the last kill.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    parallel: { type: "string", default: "40" },
  },
});

const RESOLVED_WITHIN_MS = 120_000;

const bundle =
  process.env["SEKISHO_BUNDLE"] ?? (await mkdtemp(path.join(tmpdir(), "sekisho-bundle-")));
if (!process.env["SEKISHO_BUNDLE"]) await buildWorker(bundle);
const figures = await runKills(bundle, {
  kills: Number(values.kills),
  parallel: Number(values.parallel),
  lifeMs: [1_500, 4_000],
  resolveMs: RESOLVED_WITHIN_MS,
  say: (line) => console.log(line),
});
console.log(JSON.stringify({ bench: "kill", ...values, ...figures }, null, 2));
console.log(
  `${figures.kills} kills, ${figures.sent} calls, ${figures.settled} settled, ${figures.unsettled} charged ` +
    `what they held: ${figures.faults.length} faults`,
);
if (!process.env["SEKISHO_BUNDLE"]) await rm(bundle, { recursive: true, force: true });
if (figures.faults.length > 0) process.exitCode = 1;
