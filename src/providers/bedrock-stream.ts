import type { JsonObject } from "../core/json.ts";
import { isJsonObject, parseJson } from "../core/json.ts";
import { createEventStreamDecoder } from "../dialects/framing/event-stream.ts";
import type { EventStreamMessage } from "../dialects/framing/event-stream.ts";
import type { Frame, FrameDecoder } from "../dialects/framing/frame.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import { textOfBase64 } from "./base64.ts";

/** Takes Anthropic's events out of AWS's envelopes: binary message, JSON, base64. */
export function createInvokeDecoder(): FrameDecoder {
  return decoderOf((said) => {
    switch (said.kind) {
      case "event":
        return said.name === "chunk" ? [chunkFrame(said.text)] : [];
      case "exception":
        return [errorFrame(said.name, messageIn(said.text))];
    }
  });
}

/** Converse's messages as they are, each under the name of its type. */
export function createConverseDecoder(): FrameDecoder {
  return decoderOf(({ kind, name, text }) => {
    // The reader tells an exception by its name.
    const isNamed = kind === "event" || name.endsWith("Exception");
    return [{ event: isNamed ? name : "internalServerException", data: text }];
  });
}

/** A message of the event stream, by AWS's two ways to break off. */
interface Said {
  kind: "event" | "exception";
  name: string;
  text: string;
}

function decoderOf(framesOf: (said: Said) => Frame[]): FrameDecoder {
  const messages = createEventStreamDecoder();
  return {
    push: (bytes) => messages.push(bytes).flatMap((message) => framesOf(saidIn(message))),
    end() {
      messages.end();
      return [];
    },
  };
}

function saidIn({ headers, payload }: EventStreamMessage): Said {
  const text = new TextDecoder().decode(payload);
  switch (headers[":message-type"]) {
    case "event":
      return { kind: "event", name: headers[":event-type"] ?? "", text };
    case "exception":
      return { kind: "exception", name: headers[":exception-type"] ?? "", text };
    case "error": {
      const message = headers[":error-message"] ?? messageIn(text);
      return {
        kind: "exception",
        name: headers[":error-code"] ?? "",
        text: JSON.stringify({ message }),
      };
    }
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
