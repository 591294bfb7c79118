import { isJsonObject, parseJson } from "../core/json.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { objectIn, objectsIn } from "./lenient.ts";

/** What an error body says, wherever its vendor puts it. */
export interface ErrorFields {
  message: string | undefined;
  param: string | undefined;
  /** A numeric code that reads as an HTTP status. */
  status: number | undefined;
  /** Codes, types and reasons, most telling first. */
  words: string[];
}

/**
 * Reads any error body: `{"error":{…}}` of OpenAI, Anthropic and Google (also inside an array, as
 * Google's streams send it), `{"error":"…"}`, AWS's `{"message"}`, FastAPI's `{"detail"}`, HTML
 * pages of proxies, nothing at all.
 */
export function readErrorFields(body: string): ErrorFields {
  const parsed = parseJson(body);
  const json = Array.isArray(parsed) ? parsed.find(isJsonObject) : parsed;
  if (isJsonObject(json)) return readObject(json);
  return {
    message: typeof json === "string" ? json : plainText(body),
    param: undefined,
    status: undefined,
    words: [],
  };
}

function readObject(body: JsonObject): ErrorFields {
  const error = isJsonObject(body.error) ? body.error : body;
  return {
    message:
      messageOf(error.message) ??
      messageOf(error.Message) ??
      messageOf(body.error) ??
      messageOf(body.message) ??
      messageOf(body.detail) ??
      messageOf(body.errors),
    param: typeof error.param === "string" ? error.param : undefined,
    status: [error.code, error.status, body.status].find(isErrorStatus),
    words: [
      ...innerWords(error),
      ...[error.code, error.type, error.status, error.error_type, body.__type, body.code].filter(
        isText,
      ),
    ],
  };
}

/** Azure hides the true code in `innererror`, Google in `details[].reason`. */
function innerWords(error: JsonObject): string[] {
  const details = objectsIn(error.details).map((detail) => detail.reason);
  return [objectIn(error.innererror).code, ...details].filter(isText);
}

/** A message may be text, an object that holds one, or FastAPI's list of `{loc, msg}`. */
function messageOf(value: Json | undefined): string | undefined {
  if (isText(value)) return value;
  if (Array.isArray(value)) return value.map(complaint).join("; ") || undefined;
  if (!isJsonObject(value)) return undefined;
  return messageOf(value.message) ?? messageOf(value.detail) ?? messageOf(value.error);
}

function complaint(item: Json): string {
  if (!isJsonObject(item)) return String(item);
  const path = Array.isArray(item.loc) ? `${item.loc.join(".")}: ` : "";
  const text = isText(item.msg) ? item.msg : item.message;
  return isText(text) ? `${path}${text}` : JSON.stringify(item);
}

/** A proxy's HTML page has its reason in the title; anything else that is short is the reason. */
function plainText(body: string): string | undefined {
  const title = /<title>([^<]{1,200})<\/title>/i.exec(body)?.[1];
  if (title) return title.trim();
  const text = body.trim();
  return text === "" || text.startsWith("<") ? undefined : text;
}

function isErrorStatus(value: Json | undefined): value is number {
  return typeof value === "number" && value >= 400 && value < 600;
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}
