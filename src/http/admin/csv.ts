import type { Json, JsonObject } from "../../core/json.ts";

/**
 * A table for spreadsheets. The byte order mark tells Excel that it is UTF-8; without one it reads
 * Japanese names in the machine's old code page.
 */
export function csvResponse(rows: readonly JsonObject[], fileName: string): Response {
  return new Response(`\uFEFF${csvOf(rows)}`, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"`,
    },
  });
}

/** RFC 4180. The first row names the columns; without rows there is nothing to name. */
function csvOf(rows: readonly JsonObject[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? null))];
  return lines.map((line) => `${line.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(value: Json): string {
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = isFormula(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A name that begins like a formula would be run by the spreadsheet of whoever opens the file. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text);
}
