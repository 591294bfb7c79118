import type { Figures } from "./figures.ts";

/** What stands in a bar. */
interface Panel {
  title: string;
  of(figures: Figures): number;
}

const PANELS: readonly Panel[] = [
  { title: "Callers told 429, % of calls", of: (one) => one.refusedPercent },
  { title: "Prompt read from cache, % of tokens", of: (one) => one.cachedPercent },
];

const WIDTH = 900;
const LABEL_WIDTH = 255;
const PANEL_WIDTH = 300;
const ROW_HEIGHT = 30;
const TOP = 64;

/** Two panels of bars, one row a scenario. The picture brings its own colours for light and dark. */
export function drawChart(figures: readonly Figures[]): string {
  const height = TOP + figures.length * ROW_HEIGHT + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Share of calls refused, and of prompts read from cache, by routing strategy</title>
<style>
text { font: 13px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.head { font-weight: 600; }
.page { fill: #ffffff; }
.rail { fill: #eaeef2; }
.bar { fill: #8c959f; }
.ours { fill: #0969da; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .page { fill: #0d1117; }
  .rail { fill: #21262d; }
  .bar { fill: #6e7681; }
  .ours { fill: #4493f8; }
}
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="6"/>
${PANELS.map((panel, index) => drawPanel(panel, index, figures)).join("\n")}
${figures.map(({ title }, row) => `<text x="16" y="${baseline(row)}">${escape(title.replaceAll("`", ""))}</text>`).join("\n")}
</svg>
`;
}

function drawPanel({ title, of }: Panel, index: number, figures: readonly Figures[]): string {
  const left = LABEL_WIDTH + index * (PANEL_WIDTH + 24);
  const rail = PANEL_WIDTH - 62;
  const bars = figures.map((one, row) => {
    const value = of(one);
    const width = Math.max((rail * value) / 100, value > 0 ? 1.5 : 0);
    const top = TOP + row * ROW_HEIGHT + 6;
    const colour = one.name === "adaptive" ? "ours" : "bar";
    return [
      `<rect class="rail" x="${left}" y="${top}" width="${rail}" height="18" rx="3"/>`,
      `<rect class="${colour}" x="${left}" y="${top}" width="${width.toFixed(1)}" height="18" rx="${Math.min(3, width / 2).toFixed(1)}"/>`,
      `<text x="${left + rail + 8}" y="${baseline(row)}">${value} %</text>`,
    ].join("\n");
  });
  return [`<text class="head" x="${left}" y="38">${escape(title)}</text>`, ...bars].join("\n");
}

function baseline(row: number): number {
  return TOP + row * ROW_HEIGHT + 20;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
