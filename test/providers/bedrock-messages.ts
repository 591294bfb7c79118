import type { JsonObject } from "../../src/core/json.ts";
import { encodeEventStream } from "../../src/dialects/framing/event-stream.ts";
import { bytesOf } from "./provider.contract.ts";

/** One of Anthropic's events as AWS sends it: base64 in JSON in a binary message. */
export function chunk(event: JsonObject): Uint8Array {
  const data = btoa(JSON.stringify(event));
  return encodeEventStream({
    headers: {
      ":event-type": "chunk",
      ":content-type": "application/json",
      ":message-type": "event",
    },
    payload: bytesOf(JSON.stringify({ bytes: data, p: "abcdefgh" })),
  });
}

export function exception(type: string, payload: unknown): Uint8Array {
  return encodeEventStream({
    headers: {
      ":exception-type": type,
      ":content-type": "application/json",
      ":message-type": "exception",
    },
    payload: bytesOf(JSON.stringify(payload)),
  });
}
