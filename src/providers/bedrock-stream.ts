import type { JsonObject } from "../core/json.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { createEventStreamDecoder } from "../dialects/framing/event-stream.ts";
import type { EventStreamMessage } from "../dialects/framing/event-stream.ts";
import type { Frame, FrameDecoder } from "../dialects/framing/frame.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import { textOfBase64 } from "./base64.ts";

/** Takes Anthropic's events out of AWS's envelopes: binary message, JSON, base64. */
export function createBedrockDecoder(): FrameDecoder {
  const messages = createEventStreamDecoder();
  return {
    push: (bytes) => messages.push(bytes).flatMap(framesOf),
    end() {
      messages.end();
      return [];
    },
  };
}

function framesOf({ headers, payload }: EventStreamMessage): Frame[] {
  const text = new TextDecoder().decode(payload);
  switch (headers[":message-type"]) {
    case "event":
      return headers[":event-type"] === "chunk" ? [chunkFrame(text)] : [];
    case "exception":
      return [errorFrame(headers[":exception-type"] ?? "", messageIn(text))];
    case "error":
      return [
        errorFrame(headers[":error-code"] ?? "", headers[":error-message"] ?? messageIn(text)),
      ];
    case undefined:
    default:
      throw new FramingError("a message of the event stream does not say what it is");
  }
}

function chunkFrame(text: string): Frame {
  const chunk = parseJson(text);
  if (!isJsonObject(chunk) || typeof chunk.bytes !== "string") {
    throw new FramingError("a chunk of the event stream carries no bytes");
  }
  const data = decodeBytes(chunk.bytes);
  const event = parseJson(data);
  if (!isJsonObject(event) || typeof event.type !== "string") {
    throw new FramingError("a chunk of the event stream is not one of Anthropic's events");
  }
  return { event: event.type, data };
}

function decodeBytes(bytes: string): string {
  try {
    return textOfBase64(bytes);
  } catch (cause) {
    throw new FramingError("a chunk of the event stream is not base64", { cause });
  }
}

/** What Anthropic calls the same troubles. AWS writes the names in either case. */
const ANTHROPIC_TYPES = new Map([
  ["throttlingexception", "rate_limit_error"],
  ["modelstreamerrorexception", "api_error"],
  ["internalserverexception", "api_error"],
  ["serviceunavailableexception", "overloaded_error"],
  ["validationexception", "invalid_request_error"],
  ["modeltimeoutexception", "timeout_error"],
]);

function errorFrame(awsName: string, message: string): Frame {
  const type = ANTHROPIC_TYPES.get(awsName.toLowerCase()) ?? "api_error";
  const error: JsonObject = {
    type,
    message: message || `Bedrock reported ${awsName || "an error"}.`,
  };
  return { event: "error", data: JSON.stringify({ type: "error", error }) };
}

function messageIn(text: string): string {
  const json = parseJson(text);
  const message = isJsonObject(json) ? (json.message ?? json.Message) : undefined;
  return typeof message === "string" ? message : "";
}
