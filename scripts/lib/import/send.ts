import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../src/core/json.ts";
import {
  IMPORTED_TABLES,
  type ImportedTable,
  type ImportResult,
} from "../../../src/http/admin/import-order.ts";
import type { Tables } from "./tables.ts";

export type Results = Map<ImportedTable, ImportResult[]>;

interface Gateway {
  url: string;
  masterKey: string;
  say(line: string): void;
}

/** The gateway takes up to 500 rows and 256,000 characters; fewer show progress sooner. */
const ROWS_PER_CALL = 100;
const CHARACTERS_PER_CALL = 200_000;
const ATTEMPTS_MAX = 5;

/**
 * Sends every table in the order in which one counts on the other. Broken off, it can be started again
 * from the beginning: what is there already is only looked up.
 */
export async function sendTables(tables: Tables, gateway: Gateway): Promise<Results> {
  const results: Results = new Map();
  for (const table of IMPORTED_TABLES) {
    const rows = tables.get(table) ?? [];
    if (rows.length > 0) results.set(table, await sendTable(table, rows, gateway));
  }
  return results;
}

async function sendTable(
  table: ImportedTable,
  rows: readonly JsonObject[],
  gateway: Gateway,
): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  for (const batch of batchesOf(rows)) {
    results.push(...(await sendBatch(table, batch, gateway)));
    gateway.say(`${table}: ${results.length} of ${rows.length}`);
  }
  return results;
}

async function sendBatch(
  table: ImportedTable,
  rows: readonly JsonObject[],
  { url, masterKey }: Gateway,
): Promise<ImportResult[]> {
  for (let attempt = 1; ; attempt += 1) {
    const problem = await fetch(`${url}/sekisho/import`, {
      method: "POST",
      headers: { authorization: `Bearer ${masterKey}`, "content-type": "application/json" },
      body: JSON.stringify({ table, rows }),
    }).then(
      async (response) => {
        const text = await response.text();
        if (response.ok) return (JSON.parse(text) as { results: ImportResult[] }).results;
        return { message: `answered ${response.status}: ${text}`, isOurs: response.status < 500 };
      },
      (error: unknown) => ({ message: `cannot be reached${causeOf(error)}.`, isOurs: false }),
    );
    if (Array.isArray(problem)) return problem;
    if (problem.isOurs || attempt === ATTEMPTS_MAX) {
      throw new Error(`${url}/sekisho/import ${problem.message}`);
    }
    await sleep(500 * 2 ** attempt);
  }
}

/** fetch says no more than that it failed; why, its cause says. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message !== "" ? ` (${cause.message})` : "";
}

export function batchesOf(rows: readonly JsonObject[]): JsonObject[][] {
  const batches: JsonObject[][] = [];
  let characters = 0;
  for (const row of rows) {
    const length = JSON.stringify(row).length;
    const last = batches.at(-1);
    const fits = characters + length <= CHARACTERS_PER_CALL;
    if (last !== undefined && last.length < ROWS_PER_CALL && fits) {
      last.push(row);
      characters += length;
    } else {
      batches.push([row]);
      characters = length;
    }
  }
  return batches;
}
