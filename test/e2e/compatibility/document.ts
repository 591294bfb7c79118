import type { Verdict } from "./probes.ts";

export interface Table {
  title: string;
  columns: string[];
  rows: Row[];
}

export interface Row {
  group: string;
  model: string;
  cells: Verdict[];
}

const CELLS: Record<Verdict, string> = {
  yes: "✓",
  estimate: "estimate",
  without: "without",
  refused: "refused",
  vendor: "vendor refuses",
  none: "–",
  broken: "**broken**",
};

const PREFACE = `# Compatibility

What works for which caller on which model: one table for each grammar a caller may speak, one row for
each kind of upstream. Every cell was shown by a probe: a request in the caller's grammar, written by
hand, to the built Worker in front of strict stand-ins of the vendors.
\`test/e2e/compatibility.test.ts\` asks again on every run and fails when this page says something else;
\`UPDATE_COMPATIBILITY=1 npm run test:e2e -- compatibility\` writes it anew.

| cell | meaning |
|---|---|
| ✓ | it works; for token counts: the vendor counted |
| estimate | an overestimate by the gateway, which says so in \`x-sekisho-token-count\` |
| without | answered as if it had not been asked for: the model cannot, or the grammar has no word that reaches it |
| refused | a 400 by the gateway that names what this model cannot be asked |
| vendor refuses | a 400 in the vendor's words |
| – | the caller's grammar has no word for it, or there is nothing to try |

*Stream*: the pieces are the whole answer, and the end is said. *Tools*: a call of a tool arrives, whole
and streamed. *Documents*: a PDF reaches the model. *Citations*: words from a document that the answer shall
cite come back with it. *Caching*: a long prompt, sent twice, is reported as read from the vendor's cache.
*Structured output*: the answer is JSON by the caller's schema; models that cannot be held to one are told
of it in words, which stand-ins do not follow. *Mid-stream error*: a stream that breaks upstream ends in an
error of the caller's grammar and never looks complete. Stand-ins know what vendors accept, not how clever
models are.
`;

export function renderDocument(tables: Table[]): string {
  return [PREFACE, ...alike(tables).map(renderSection)].join("\n");
}

/** Callers of whom the very same is true are told of once. */
function alike(tables: Table[]): Table[][] {
  const sections = new Map<string, Table[]>();
  for (const table of tables) {
    const rows = JSON.stringify(table.rows);
    sections.set(rows, [...(sections.get(rows) ?? []), table]);
  }
  return [...sections.values()];
}

function renderSection(tables: Table[]): string {
  const [table] = tables;
  if (table === undefined) return "";
  const { title, columns } = table;
  const [name] = title.split(":");
  const paths = tables.map((one) => `- ${one.title}`);
  const head = tables.length === 1 ? [`## ${title}`] : [`## ${name}`, "", ...paths];
  return [...head, "", ...renderTable(columns, table.rows), ""].join("\n");
}

function renderTable(columns: string[], rows: Row[]): string[] {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  const head = [line(["model", ...columns]), `|---|${":-:|".repeat(columns.length)}`];
  const body = rows.flatMap(({ group, model, cells }, index) => {
    const shown = line([model, ...cells.map((verdict) => CELLS[verdict])]);
    const isFirst = group !== rows[index - 1]?.group;
    return isFirst ? [line([`**${group}**`, ...columns.map(() => "")]), shown] : [shown];
  });
  return [...head, ...body];
}
