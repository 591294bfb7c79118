import { gunzipSync } from "node:zlib";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Failures, Outcome, Refusal, Reply } from "./exchange.ts";
import { asArray, asString, isObject, parseJson } from "./json.ts";
import type { JsonObject } from "./json.ts";

export interface DatadogStore {
  /** Every log accepted, in order of arrival. */
  items: JsonObject[];
  /** How many of them were over 1 MB and lost their end. */
  truncated: number;
  /** How many requests they came in. */
  batches: number;
}

export function createDatadogStore(): DatadogStore {
  return { items: [], truncated: 0, batches: 0 };
}

/** Datadog's documented limits for one request. */
const ITEMS_MAX = 1000;
const PAYLOAD_BYTES_MAX = 5_000_000;
const ITEM_BYTES_MAX = 1_000_000;

/** `POST /datadog/api/v2/logs`. */
export function datadog(
  exchange: Exchange,
  path: string,
  apiKey: string,
  store: DatadogStore,
): Outcome {
  const { headers, method } = exchange;
  if (path !== "/api/v2/logs" || method !== "POST") return refuse(404, "Not Found", "Not found");
  const key = headers["dd-api-key"] ?? exchange.query.get("dd-api-key");
  if (!key) return refuse(401, "Unauthorized", "Missing API key");
  if (key !== apiKey) return refuse(403, "Forbidden", "Invalid API key");
  const text = decompress(exchange);
  if (text === undefined)
    return refuse(
      400,
      "Bad Request",
      "Payload is not in the expected format: invalid content encoding",
    );
  if (text.length > PAYLOAD_BYTES_MAX)
    return refuse(413, "Request Entity Too Large", "Payload too big (maximum 5MB)");
  const body = parseJson(text.toString("utf8"));
  const items = isObject(body) ? [body] : asArray(body);
  if (!Array.isArray(body) && !isObject(body))
    return refuse(400, "Bad Request", "Payload is not in the expected format: invalid JSON");
  if (!items.every(isObject))
    return refuse(400, "Bad Request", "Payload is not in the expected format: expected objects");
  if (items.length > ITEMS_MAX)
    return refuse(
      413,
      "Request Entity Too Large",
      `Too many logs in a single request (maximum ${ITEMS_MAX})`,
    );
  return {
    kind: "call",
    vendor: "datadog",
    failures: datadogFailures,
    answer() {
      store.batches += 1;
      for (const item of items.filter(isObject)) keep(item, store);
      return jsonReply(202, {});
    },
  };
}

/** A log that is too big is taken all the same, and its end is gone: nobody gets an error. */
function keep(item: JsonObject, store: DatadogStore): void {
  const overflow = Buffer.byteLength(JSON.stringify(item)) - ITEM_BYTES_MAX;
  if (overflow <= 0) return void store.items.push(item);
  store.truncated += 1;
  const message = Buffer.from(asString(item["message"]));
  store.items.push({
    ...item,
    message: message.subarray(0, Math.max(0, message.length - overflow)).toString("utf8"),
  });
}

function decompress({ headers, rawBody }: Exchange): Buffer | undefined {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return rawBody;
  if (encoding !== "gzip") return undefined;
  try {
    return gunzipSync(rawBody);
  } catch {
    return undefined;
  }
}

const datadogFailures: Failures = {
  throttle: (retryAfterSeconds) =>
    datadogError(
      429,
      "Too Many Requests",
      "Too many requests",
      retryAfterSeconds === undefined ? {} : { "x-ratelimit-reset": String(retryAfterSeconds) },
    ),
  failure: () =>
    datadogError(500, "Internal Server Error", "An unexpected condition was encountered"),
  errorChunk: () => Buffer.alloc(0),
  corrupt: (chunk) => chunk.subarray(1),
};

function datadogError(
  status: number,
  title: string,
  detail: string,
  headers: Record<string, string> = {},
): Reply {
  return jsonReply(status, { errors: [{ status: String(status), title, detail }] }, headers);
}

function refuse(status: number, title: string, detail: string): Refusal {
  return {
    kind: "refusal",
    vendor: "datadog",
    reason: detail,
    reply: datadogError(status, title, detail),
  };
}
