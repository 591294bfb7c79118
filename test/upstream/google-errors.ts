import { anthropicFailures } from "./anthropic.ts";
import { corruptText, dataEvent, jsonReply } from "./exchange.ts";
import type { Failures, Fault, Reply, Stream } from "./exchange.ts";
import type { JsonObject } from "./json.ts";

export function googleError(
  status: number,
  code: string,
  message: string,
  details?: JsonObject[],
): Reply {
  return jsonReply(status, errorBody(status, code, message, details));
}

function errorBody(
  status: number,
  code: string,
  message: string,
  details?: JsonObject[],
): JsonObject {
  return { error: { code: status, message, status: code, ...(details && { details }) } };
}

/** `alt=sse` makes events; without it the stream is one JSON array, written as it grows. */
export function geminiStream(chunks: JsonObject[], isSse: boolean): Stream {
  const headers = {
    "content-type": isSse ? "text/event-stream" : "application/json; charset=UTF-8",
  };
  if (isSse) return { kind: "stream", headers, chunks: chunks.map(dataEvent) };
  const items = chunks.map((chunk, index) =>
    Buffer.from(`${index === 0 ? "[" : ",\r\n"}${JSON.stringify(chunk)}`),
  );
  return { kind: "stream", headers, chunks: [...items, Buffer.from("]")] };
}

const EXHAUSTED =
  "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.";

/** Google puts the wait into the body, never into a header. */
function throttle(retryAfterSeconds: number | undefined): Reply {
  if (retryAfterSeconds === undefined) return googleError(429, "RESOURCE_EXHAUSTED", EXHAUSTED);
  const retryInfo = {
    "@type": "type.googleapis.com/google.rpc.RetryInfo",
    retryDelay: `${retryAfterSeconds}s`,
  };
  return googleError(429, "RESOURCE_EXHAUSTED", EXHAUSTED, [retryInfo]);
}

function failure(fault: Fault): Reply {
  return googleError(503, fault.type ?? "UNAVAILABLE", fault.message ?? OVERLOADED);
}

const OVERLOADED = "The model is overloaded. Please try again later.";

/** A streaming method without `alt=sse` answers an array even when it fails. */
export function inArray(reply: Reply): Reply {
  return { ...reply, body: `[${reply.body.toString()}]` };
}

export function vertexFailures(isSse: boolean): Failures {
  return {
    throttle: (retryAfterSeconds) =>
      isSse ? throttle(retryAfterSeconds) : inArray(throttle(retryAfterSeconds)),
    failure: (fault) => (isSse ? failure(fault) : inArray(failure(fault))),
    errorChunk(fault, index) {
      const body = errorBody(503, fault.type ?? "UNAVAILABLE", fault.message ?? OVERLOADED);
      return isSse
        ? dataEvent(body)
        : Buffer.from(`${index === 0 ? "[" : ",\r\n"}${JSON.stringify(body)}]`);
    },
    corrupt: corruptText,
  };
}

/** Quotas are Google's business even for Claude; a broken stream is Claude's. */
export const vertexClaudeFailures: Failures = { ...anthropicFailures, throttle, failure };
