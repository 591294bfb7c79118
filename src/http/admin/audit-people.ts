import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";

/** Fields that say who a person is. Ids stay: without them no entry could be found. */
const PERSONAL = new Set(["user_email", "user_alias", "sso_user_id", "email"]);

/**
 * What an audit entry keeps of a row. Entries are never changed, not even when a person is deleted
 * and has to be forgotten, so names and addresses are shortened before they are written: enough is
 * left to see that one was changed.
 */
export function maskPeople(row: JsonObject | null): JsonObject | null {
  return row === null ? null : maskObject(row);
}

function maskObject(row: JsonObject): JsonObject {
  const entries = Object.entries(row).map(([name, value]): [string, Json | undefined] => [
    name,
    PERSONAL.has(name) && typeof value === "string" ? masked(value) : maskAll(value),
  ]);
  return Object.fromEntries(entries);
}

function maskAll(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((one) => maskAll(one) ?? null);
  return isJsonObject(value) ? maskObject(value) : value;
}

/** `jane.doe@example.com` → `j***@example.com` */
function masked(text: string): string {
  const at = text.lastIndexOf("@");
  return `${text.slice(0, 1)}***${at === -1 ? "" : text.slice(at)}`;
}
