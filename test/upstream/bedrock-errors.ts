import { encodeFrame } from "./eventstream.ts";
import { jsonReply, waitHeaders } from "./exchange.ts";
import type { Failures, Refusal, Reply } from "./exchange.ts";
import { newUuid } from "./ids.ts";

export const bedrockFailures: Failures = {
  throttle(retryAfterSeconds) {
    const wait = waitHeaders(retryAfterSeconds);
    return awsError(
      429,
      "ThrottlingException",
      "Too many requests, please wait before trying again.",
      wait,
    );
  },
  failure: (fault) =>
    awsError(
      503,
      fault.type ?? "ServiceUnavailableException",
      fault.message ?? "Bedrock is unable to process your request.",
    ),
  errorChunk(fault) {
    const headers = {
      ":exception-type": fault.type ?? "throttlingException",
      ":content-type": "application/json",
      ":message-type": "exception",
    };
    return encodeFrame(
      headers,
      JSON.stringify({
        message: fault.message ?? "Too many tokens, please wait before trying again.",
      }),
    );
  },
  /** One flipped bit inside the payload; both lengths stay right, the message checksum does not. */
  corrupt(chunk) {
    const broken = Buffer.from(chunk);
    const at = broken.length - 8;
    broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
    return broken;
  },
};

function awsError(
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  // AWS appends an address to the name, so a reader has to stop at the colon.
  const errorType = `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  return jsonReply(
    status,
    { message },
    { "x-amzn-errortype": errorType, ...requestId(), ...headers },
  );
}

export function requestId(): Record<string, string> {
  return { "x-amzn-requestid": newUuid() };
}

export function refuse(status: number, type: string, message: string): Refusal {
  return {
    kind: "refusal",
    vendor: "bedrock",
    reason: message,
    reply: awsError(status, type, message),
  };
}
