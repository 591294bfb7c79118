import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../../scripts/lib/install.mjs";
import { drawChart } from "./chart.ts";
import type { Figures } from "./figures.ts";

export interface Result {
  machine: string;
  settings: { load: number; simulated: Run & { runs: number }; real: Run };
  simulated: readonly Figures[];
  real: readonly Figures[];
}

interface Run {
  quota: number;
  warmUpMinutes: number;
  minutes: number;
}

const BEGIN = "<!-- figures: npm run bench:routing -- --write -->";
const END = "<!-- end of figures -->";

/** Puts the figures between the marks of docs/routing.md, and draws them. */
export async function writeDocument(result: Result): Promise<void> {
  const page = path.join(root, "docs/routing.md");
  const text = await readFile(page, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to === -1) throw new Error(`${page} has no place for figures`);
  await writeFile(
    page,
    `${text.slice(0, from + BEGIN.length)}\n\n${tables(result)}\n${text.slice(to)}`,
  );
  await writeFile(path.join(root, "docs/routing.svg"), drawChart(result.simulated));
}

function tables({ machine, settings: { simulated, real }, ...figures }: Result): string {
  return [
    `Simulated time: ${simulated.quota} requests a minute in the first region, ${simulated.runs} runs of ${simulated.minutes} minutes after ${simulated.warmUpMinutes} in which quotas are learned.`,
    table(figures.simulated),
    `Real time through the built Worker: ${real.quota} requests a minute in the first region, ${real.minutes} minutes after ${real.warmUpMinutes}, all scenarios at once on ${machine}.`,
    table(figures.real),
  ].join("\n\n");
}

function table(figures: readonly Figures[]): string {
  const rows = figures.map(
    (one) =>
      `| ${one.title} | ${one.calls.toLocaleString("en")} | ${one.refusedPercent} % | ${one.upstreamRefusedPer100} | ${one.failoversPerCall} | ${one.addedP50Ms} ms | ${one.addedP95Ms} ms | ${one.cachedPercent} % |`,
  );
  return [
    "| | calls | callers told 429 | upstream 429s per 100 calls | failovers per call | added p50 | added p95 | prompt read from cache |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
