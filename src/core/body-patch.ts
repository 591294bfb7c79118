import { GatewayError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { isJsonObject, parseJson } from "./json.ts";

/**
 * A JSON object's text, edited by top-level member. Members nobody touched keep their exact bytes:
 * no reordering, no `1.0` becoming `1`, no large integer losing digits, and a vendor's prompt cache
 * still recognises its prefix.
 */
export interface BodyPatch {
  get(name: string): Json | undefined;
  has(name: string): boolean;
  names(): string[];
  /** Replaces the member where it stands, or appends it. `undefined`, which JSON lacks, deletes. */
  set(name: string, value: unknown): void;
  delete(name: string): void;
}

/**
 * Throws `GatewayError` ("invalid_json") when the text is not a JSON object. `parsed` is the same
 * text parsed, for a caller who has it already; values from `get` are shared with it and must not be
 * changed in place.
 */
export function createBodyPatch(
  text: string,
  parsed: JsonObject = parseObject(text),
): BodyPatch & { text(): string } {
  // A member's new JSON text; `undefined` where it was deleted.
  const edits = new Map<string, string | undefined>();
  const has = (name: string) =>
    edits.has(name) ? edits.get(name) !== undefined : Object.hasOwn(parsed, name);

  return {
    has,
    get(name) {
      if (!has(name)) return undefined;
      const edited = edits.get(name);
      return edited === undefined ? parsed[name] : parseJson(edited);
    },
    names: () => [...new Set([...Object.keys(parsed), ...edits.keys()])].filter(has),
    set: (name, value) => void edits.set(name, JSON.stringify(value)),
    delete(name) {
      if (has(name)) edits.set(name, undefined);
    },
    text: () => (edits.size === 0 ? text : splice(text, edits)),
  };
}

function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new GatewayError("invalid_json", "The request body must be a JSON object.");
}

/** Where a member stands in the text: from its name's quote to the end of its value. */
interface Member {
  name: string;
  start: number;
  valueStart: number;
  end: number;
}

function splice(text: string, edits: ReadonlyMap<string, string | undefined>): string {
  const members = scanMembers(text);
  // Of a name given twice JSON.parse takes the last, so that is the one that stays.
  const lastOf = new Map(members.map((member) => [member.name, member]));
  const appended = new Map(edits);
  let result = text.slice(0, members[0]?.start ?? text.lastIndexOf("}"));
  let isFirst = true;

  members.forEach((member, index) => {
    if (edits.has(member.name)) {
      appended.delete(member.name);
      if (edits.get(member.name) === undefined || lastOf.get(member.name) !== member) return;
    }
    // The comma and white space in front of a member leave with it; the first one has none.
    if (!isFirst) result += text.slice(members[index - 1]?.end, member.start);
    isFirst = false;
    result += text.slice(member.start, member.valueStart);
    result += edits.get(member.name) ?? text.slice(member.valueStart, member.end);
  });
  for (const [name, value] of appended) {
    if (value === undefined) continue;
    result += `${isFirst ? "" : ","}${JSON.stringify(name)}:${value}`;
    isFirst = false;
  }
  return result + text.slice(members.at(-1)?.end ?? text.lastIndexOf("}"));
}

/** Walks text that is known to be a valid JSON object, so only brackets and strings matter. */
function scanMembers(text: string): Member[] {
  const members: Member[] = [];
  let at = text.indexOf('"');
  while (at !== -1) {
    const nameEnd = endOfString(text, at);
    const valueStart = skipSpace(text, text.indexOf(":", nameEnd) + 1);
    const end = endOfValue(text, valueStart);
    const name = text.slice(at + 1, nameEnd - 1);
    members.push({
      name: name.includes("\\") ? decodeName(name) : name,
      start: at,
      valueStart,
      end,
    });
    at = text.indexOf('"', end);
  }
  return members;
}

function decodeName(name: string): string {
  const value = parseJson(`"${name}"`);
  return typeof value === "string" ? value : name;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The index after the closing quote. `indexOf` runs at memory speed, which matters for prompts. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

/** A character is escaped by an odd number of backslashes before it. */
function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) {
      // The object's own closing bracket ends a number or a word.
      if (depth === 0) return trimSpace(text, start, at);
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (code === COMMA && depth === 0) return trimSpace(text, start, at);
    at += 1;
  }
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function trimSpace(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
