import { GatewayError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { REGIONS, type Region } from "../core/routing/region.ts";

/** What a caller says of how its call is to be made, in LiteLLM's words. Headers come before the body. */
export interface CallWish {
  retriesMax: number | undefined;
  /** For the whole call. */
  timeoutMs: number | undefined;
  /** Until the first token of a stream. */
  streamTimeoutMs: number | undefined;
  /** Public model names, instead of the operator's; undefined: the operator's. */
  fallbacks: readonly string[] | undefined;
  /** `context_window_fallback_dict`: model → model. */
  contextWindowFallbacks: Readonly<Record<string, string>>;
  /** `allowed_model_region`. */
  region: Region | undefined;
}

export const NO_WISH: CallWish = {
  retriesMax: undefined,
  timeoutMs: undefined,
  streamTimeoutMs: undefined,
  fallbacks: undefined,
  contextWindowFallbacks: {},
  region: undefined,
};

export function readCallWish(headers: Headers, body: JsonObject): CallWish {
  const told = (header: string, field: string): Told => {
    const value = headers.get(header);
    return value === null ? { name: field, value: body[field] } : { name: header, value };
  };
  const isAlone = body["disable_fallbacks"] === true;
  return {
    retriesMax: readNumber(told("x-litellm-num-retries", "num_retries"), Number.isInteger),
    timeoutMs: readSeconds(told("x-litellm-timeout", "timeout")),
    streamTimeoutMs: readSeconds(told("x-litellm-stream-timeout", "stream_timeout")),
    fallbacks: isAlone ? [] : readFallbacks(body["fallbacks"]),
    contextWindowFallbacks: isAlone ? {} : readNames(body["context_window_fallback_dict"]),
    region: readRegion(body["allowed_model_region"]),
  };
}

function readRegion(value: Json | undefined): Region | undefined {
  if (value === undefined || value === null) return undefined;
  const region = REGIONS.find((one) => one === value);
  if (region !== undefined) return region;
  const message = `allowed_model_region: must be one of ${REGIONS.join(", ")}.`;
  throw new GatewayError("invalid_request", message, { param: "allowed_model_region" });
}

interface Told {
  name: string;
  value: Json | undefined;
}

/** Forms and headers carry numbers as text. */
function readNumber(
  { name, value }: Told,
  isRight: (number: number) => boolean,
): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && number >= 0 && isRight(number)) return number;
  throw new GatewayError("invalid_request", `${name}: must be a number, zero or more.`, {
    param: name,
  });
}

/** A timeout of zero is none, as in LiteLLM. */
function readSeconds(told: Told): number | undefined {
  const seconds = readNumber(told, Number.isFinite);
  if (seconds === undefined || seconds === 0) return undefined;
  return Math.max(1, Math.round(Math.min(seconds, SECONDS_MAX) * 1_000));
}

/** LiteLLM's default for everything it has no other word on. */
const SECONDS_MAX = 6_000;

/**
 * Names of models, or LiteLLM's objects with one. What else such an object may hold (another prompt,
 * a host, a credential) would make it another call, which the caller can make itself.
 */
function readFallbacks(value: Json | undefined): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw notNames("fallbacks");
  return value.slice(0, FALLBACKS_MAX).map((one, index) => {
    const name = isJsonObject(one) && Object.keys(one).length === 1 ? one["model"] : one;
    if (typeof name === "string") return name;
    throw notNames(`fallbacks.${index}`);
  });
}

/** More are never asked. */
const FALLBACKS_MAX = 16;

function notNames(param: string): GatewayError {
  const message = `${param}: fallbacks are names of models, as in ["gpt-4o"]; GET /v1/models lists them.`;
  return new GatewayError("invalid_request", message, { param });
}

function readNames(value: Json | undefined): Record<string, string> {
  if (value === undefined || value === null) return {};
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const names = entries.filter((one): one is [string, string] => typeof one[1] === "string");
  if (isJsonObject(value) && names.length === entries.length) return Object.fromEntries(names);
  throw notNames("context_window_fallback_dict");
}
