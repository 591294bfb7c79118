import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke, messages, vertex } from "./compatibility/anthropic.ts";
import { converse, gemini } from "./compatibility/google-and-amazon.ts";
import { renderDocument, type Table } from "./compatibility/document.ts";
import { furtherModels, MODELS } from "./compatibility/models.ts";
import { chat, completions, responses } from "./compatibility/openai.ts";
import { BREAKING, PROBES, type Post, type Probe, type Verdict } from "./compatibility/probes.ts";
import type { Caller } from "./compatibility/caller.ts";
import { startWorld, type World } from "./world.ts";

/** Every caller's grammar on every model, and docs/compatibility.md says what was seen. */
let world: World;
let tables: Table[];

const DOCUMENT = new URL("../../docs/compatibility.md", import.meta.url);

const CALLERS = [chat, responses, completions, messages, vertex, invoke, gemini, converse];

const ROWS = MODELS.flatMap(([group, models]) =>
  Object.entries(models).map(([name, model]) => ({ group, name, model })),
);

beforeAll(async () => {
  world = await startWorld({
    settings: { router_settings: { num_retries: 0 } },
    models: furtherModels,
  });
  tables = await probeAll(await world.gateway.createKey());
}, 180_000);
afterAll(() => world.stop());

async function probeAll(key: string): Promise<Table[]> {
  const post: Post = (path, body) =>
    fetch(world.gateway.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const columns = [...PROBES, BREAKING].map(({ title }) => title);
  const found: Table[] = [];
  for (const caller of CALLERS) found.push({ title: caller.title, columns, rows: [] });
  for (const probes of [PROBES, [BREAKING]]) {
    if (probes.includes(BREAKING)) world.upstream.script({}, [{ errorAt: 8 }], { sticky: true });
    for (const [index, caller] of CALLERS.entries()) {
      const rows = await Promise.all(
        ROWS.map(async ({ name, ...row }) => {
          return { ...row, cells: await probeModel(probes, caller, name, post) };
        }),
      );
      const table = found[index];
      if (table) table.rows = joined(table.rows, rows);
    }
  }
  return found;
}

async function probeModel(
  probes: Probe[],
  caller: Caller,
  model: string,
  post: Post,
): Promise<Verdict[]> {
  const cells: Verdict[] = [];
  for (const { needs, run } of probes) {
    const lacks = needs !== undefined && caller.lacks.includes(needs);
    cells.push(lacks ? "none" : await run(caller, model, post));
  }
  return cells;
}

function joined(first: Table["rows"], second: Table["rows"]): Table["rows"] {
  return second.map((row, index) => {
    return { ...row, cells: [...(first[index]?.cells ?? []), ...row.cells] };
  });
}

describe.each(CALLERS.map(({ title }) => title))("%s", (title) => {
  test("reaches every model, whole and streamed, and no probe of it is broken", () => {
    const rows = tables.find((table) => table.title === title)?.rows ?? [];
    expect(rows).toHaveLength(ROWS.length);
    for (const { model, cells } of rows) {
      expect([model, ...cells.slice(0, 2)]).toEqual([model, "yes", "yes"]);
      expect([model, ...cells]).not.toContain("broken");
    }
  });
});

test("docs/compatibility.md says what the probes showed", async () => {
  const shown = renderDocument(tables);
  if (process.env["UPDATE_COMPATIBILITY"]) await writeFile(DOCUMENT, shown);
  expect(await readFile(DOCUMENT, "utf8")).toBe(shown);
});
