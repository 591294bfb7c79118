import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { takeMedia } from "./media.ts";
import { toolKind } from "./tool-kind.ts";

/** How much a request gives a model to read, in terms that no tokenizer is needed for. */
export interface InputMeasure {
  /** UTF-8 bytes of everything read as text, written as compact JSON. A token covers at least one. */
  textBytes: number;
  images: number;
  /** Decoded bytes of recorded sound. */
  audioBytes: number;
  /** Tools the vendor describes to the model in its own words. */
  vendorTools: number;
  /** Tools, or a schema for the answer, which a translation may turn into a tool. */
  hasTools: boolean;
  /** Something is read whose size the request does not show: a file id, a PDF, a web search. */
  unseen: boolean;
  /** The request asks the vendor to keep part of the prompt. */
  usesCaching: boolean;
  /** It asks to keep it for longer than the vendor's shortest time. */
  longCaching: boolean;
}

/** Read in full by the model, and may hold pictures and documents. */
const TURNS = new Set([
  "messages",
  "system",
  "input",
  "contents",
  "systemInstruction",
  "system_instruction",
]);

/** Steer the call and are never read by the model. Everything not named here is counted. */
const STEERING = new Set([
  "model",
  "stream",
  "stream_options",
  "streamOptions",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "temperature",
  "top_p",
  "top_k",
  "n",
  "seed",
  "stop",
  "stop_sequences",
  "user",
  "metadata",
  "litellm_metadata",
  "service_tier",
  "store",
  "parallel_tool_calls",
  "logprobs",
  "top_logprobs",
  "logit_bias",
  "presence_penalty",
  "frequency_penalty",
  "reasoning_effort",
  "reasoning",
  "thinking",
  "prompt_cache_key",
  "safety_identifier",
  "anthropic_version",
  "anthropic_beta",
  "context_management",
  "safetySettings",
  "labels",
  "verbosity",
  "modalities",
  "inferenceConfig",
  "tags",
]);

/** Below these a model reads the JSON itself, so that what looks like a picture is text. */
const LITERAL = new Set([
  "input",
  "args",
  "arguments",
  "response",
  "json",
  "parameters",
  "schema",
  "input_schema",
]);

/** Their mere presence adds input of unknown size. */
const UNSEEN = new Set([
  "cachedContent",
  "cached_content",
  "previous_response_id",
  "conversation",
  "prompt",
  "container",
  "web_search_options",
  "mcp_servers",
]);

const CACHE_MARKS = new Set([
  "cache_control",
  "cachePoint",
  "prompt_cache_breakpoint",
  "prompt_cache_options",
  "prompt_cache_retention",
]);

interface Visit {
  value: Json[] | JsonObject;
  /** The member name it stands under; an array's items stand under the array's. */
  name: string;
  /** Media is recognised in turns; in arguments and schemas everything is text. */
  literal: boolean;
}

/**
 * Measures a request body of any grammar in one walk. Iterative, because a hostile body nests deeper
 * than any call stack; media is told apart from text by where vendors let it stand.
 */
export function measureInput(body: JsonObject): InputMeasure {
  const measure: InputMeasure = {
    textBytes: 0,
    images: 0,
    audioBytes: 0,
    vendorTools: 0,
    hasTools: false,
    unseen: false,
    usesCaching: false,
    longCaching: false,
  };
  const open: Visit[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || STEERING.has(name)) continue;
    noteMember(name, value, measure);
    measureValue({ name, literal: !TURNS.has(name) }, value, measure, open);
  }
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    if (Array.isArray(visit.value)) measureArray(visit, visit.value, measure, open);
    else measureObject(visit, visit.value, measure, open);
  }
  return measure;
}

/** What a top-level member says besides its size. */
function noteMember(name: string, value: Json, measure: InputMeasure): void {
  if (UNSEEN.has(name)) measure.unseen = true;
  if (asksForSchema(name, value)) measure.hasTools = true;
  noteCacheMark(name, value, measure);
  const tools = isJsonObject(value) && name === "toolConfig" ? value["tools"] : value;
  if (!["tools", "functions", "toolConfig"].includes(name) || !Array.isArray(tools)) return;
  for (const tool of tools) {
    measure.hasTools = true;
    const kind = toolKind(tool);
    if (kind === "vendor") measure.vendorTools += 1;
    if (kind === "unseen") measure.unseen = true;
  }
}

function asksForSchema(name: string, value: Json): boolean {
  if (!isJsonObject(value)) return false;
  if (name === "response_format") return value["type"] !== "text";
  return ANSWER_SCHEMAS.get(name)?.some((member) => member in value) ?? false;
}

/** Google takes every field in either spelling. */
const GEMINI_SCHEMAS = [
  "responseSchema",
  "responseJsonSchema",
  "response_schema",
  "response_json_schema",
];

/** Where Anthropic, OpenAI's Responses, Gemini and Converse take the schema of an answer. */
const ANSWER_SCHEMAS = new Map([
  ["output_config", ["format"]],
  ["text", ["format"]],
  ["generationConfig", GEMINI_SCHEMAS],
  ["generation_config", GEMINI_SCHEMAS],
  ["outputConfig", ["textFormat"]],
]);

type Place = Omit<Visit, "value">;

function measureValue(place: Place, value: Json, measure: InputMeasure, open: Visit[]): void {
  if (typeof value === "string") measure.textBytes += jsonBytes(value);
  else if (typeof value !== "object" || value === null) measure.textBytes += String(value).length;
  else open.push({ ...place, value });
}

const BRACKETS_BYTES = 2;
/** A colon or a comma. */
const SEPARATOR_BYTES = 1;

function containerBytes(items: number): number {
  return BRACKETS_BYTES + Math.max(items - 1, 0) * SEPARATOR_BYTES;
}

function measureArray(visit: Visit, items: Json[], measure: InputMeasure, open: Visit[]): void {
  measure.textBytes += containerBytes(items.length);
  for (const item of items) measureValue(visit, item, measure, open);
}

function measureObject(
  visit: Visit,
  object: JsonObject,
  measure: InputMeasure,
  open: Visit[],
): void {
  const names = Object.keys(object);
  measure.textBytes += containerBytes(names.length);
  for (const name of names) {
    const value = object[name];
    if (value === undefined) continue;
    noteCacheMark(name, value, measure);
    if (!visit.literal && takeMedia({ name, value, holder: object, under: visit.name }, measure)) {
      continue;
    }
    measure.textBytes += jsonBytes(name) + SEPARATOR_BYTES;
    measureValue({ name, literal: visit.literal || LITERAL.has(name) }, value, measure, open);
  }
}

function noteCacheMark(name: string, value: Json, measure: InputMeasure): void {
  if (!CACHE_MARKS.has(name) || value === null) return;
  measure.usesCaching = true;
  // Anthropic's and Bedrock's default is five minutes; whatever else is asked for may cost more.
  const ttl = isJsonObject(value) ? value["ttl"] : value;
  if (ttl !== undefined && ttl !== "5m") measure.longCaching = true;
}

const QUOTES_BYTES = 2;

/** Length of the string as JSON in UTF-8, escapes included: a tool's arguments reach models escaped. */
export function jsonBytes(text: string): number {
  let bytes = QUOTES_BYTES;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80)
      bytes += code >= 0x20 && code !== 0x22 && code !== 0x5c ? 1 : escapeBytes(code);
    else if (code < 0x800) bytes += 2;
    // A pair of surrogates is four bytes, two for each half; a lone one is sent as three.
    else if (code >= 0xd800 && code < 0xe000) bytes += isPaired(text, index) ? 2 : 3;
    else bytes += 3;
  }
  return bytes;
}

/** `\"`, `\\`, `\n` and their like take two bytes, other control characters six (`\u0001`). */
function escapeBytes(code: number): number {
  return code === 0x22 || code === 0x5c || (code >= 0x08 && code <= 0x0d && code !== 0x0b) ? 2 : 6;
}

function isPaired(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0xdc00) {
    const next = text.charCodeAt(index + 1);
    return next >= 0xdc00 && next < 0xe000;
  }
  const previous = text.charCodeAt(index - 1);
  return previous >= 0xd800 && previous < 0xdc00;
}
