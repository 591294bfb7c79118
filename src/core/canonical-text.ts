import { GATEWAY_FIELDS } from "./gateway-fields.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** A body as it was sent: its exact text, and what JSON makes of it. */
interface Body {
  text: string;
  value: JsonObject;
}

/**
 * The text two calls have in common exactly when one answer serves both. Members in any order are the
 * same call; what only says who asks, and what the gateway itself reads, makes no difference, unless
 * the answer `repeatsCaller`. `undefined`: what was sent can be read in several ways, and whoever
 * answers it need not read it as we do.
 */
export function canonicalText({ text, value }: Body, repeatsCaller: boolean): string | undefined {
  if (membersIn(value) !== membersWritten(text)) return undefined;
  const { aside } = GATEWAY_FIELDS;
  const left = repeatsCaller ? aside : [...aside, ...OF_THE_CALLER];
  const meant = { ...value };
  for (const name of left) delete meant[name];
  return write(meant);
}

/** Vendors are told them and answer the same; in Responses' grammar they are part of the answer. */
const OF_THE_CALLER = ["user", "metadata", "safety_identifier", "prompt_cache_key"];

function write(value: Json | undefined, within?: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => write(one)).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const names = Object.keys(value);
  // Models write the members of an answer in the order its schema has them.
  const ordered = within === "properties" ? names : names.toSorted();
  return `{${ordered.map((name) => `${JSON.stringify(name)}:${write(value[name], name)}`).join(",")}}`;
}

/** Not a number where one of the numbers has lost digits: the vendor still reads them. */
function membersIn(value: Json | undefined): number {
  if (typeof value === "number") return isExact(value) ? 0 : NaN;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + membersIn(one), 0);
  if (!isJsonObject(value)) return 0;
  const members = Object.values(value);
  return members.reduce((sum: number, one) => sum + membersIn(one), members.length);
}

function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || !Number.isInteger(number);
}

/** Those too that come twice: of them vendors take the first, the last, or offence. */
function membersWritten(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) count += 1;
  }
  return count;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
