import { describe, expect, it } from "vitest";
import { encodeEventStream } from "../../src/dialects/framing/event-stream.ts";
import { FramingError } from "../../src/dialects/framing/frame.ts";
import { bedrock } from "../../src/providers/bedrock.ts";
import { chunk, exception } from "./bedrock-messages.ts";
import { bytesOf } from "./provider.contract.ts";

const START = { type: "message_start", message: { id: "msg_bdrk_1" } };

describe("a stream of Bedrock's", () => {
  const decode = (...messages: Uint8Array[]) => {
    const decoder = bedrock.createDecoder("anthropic-messages");
    return [...messages.flatMap((message) => decoder.push(message)), ...decoder.end()];
  };

  it.each([
    ["throttlingException", "rate_limit_error"],
    ["modelStreamErrorException", "api_error"],
    ["internalServerException", "api_error"],
    ["serviceUnavailableException", "overloaded_error"],
    ["validationException", "invalid_request_error"],
    ["modelTimeoutException", "timeout_error"],
    ["somethingNewException", "api_error"],
  ])("says %s as Anthropic's %s", (name, type) => {
    const [frame] = decode(exception(name, { message: "why" }));
    expect(frame).toEqual({
      event: "error",
      data: JSON.stringify({ type: "error", error: { type, message: "why" } }),
    });
  });

  it("reads an error message, whose words are in its headers", () => {
    const message = encodeEventStream({
      headers: {
        ":message-type": "error",
        ":error-code": "InternalServerException",
        ":error-message": "oops",
      },
      payload: new Uint8Array(),
    });
    expect(decode(message)[0]?.data).toContain('{"type":"api_error","message":"oops"}');
  });

  it("keeps text beyond ASCII whole", () => {
    const event = { type: "content_block_delta", delta: { text: "日本 😀" } };
    const utf8 = bytesOf(JSON.stringify(event));
    const payload = bytesOf(JSON.stringify({ bytes: btoa(String.fromCharCode(...utf8)) }));
    const message = encodeEventStream({
      headers: { ":message-type": "event", ":event-type": "chunk" },
      payload,
    });
    expect(decode(message)).toEqual([
      { event: "content_block_delta", data: JSON.stringify(event) },
    ]);
  });

  it("notices a changed byte, and bytes that stop inside a message", () => {
    const damaged = chunk(START);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    expect(() => decode(damaged)).toThrow(FramingError);
    expect(() => decode(chunk(START).subarray(0, 30))).toThrow(FramingError);
  });

  it.each([["no base64 !"], [btoa("not json")], [btoa('{"no":"type"}')]])(
    "refuses a chunk of %j",
    (bytes) => {
      const payload = bytesOf(JSON.stringify({ bytes }));
      const message = encodeEventStream({
        headers: { ":message-type": "event", ":event-type": "chunk" },
        payload,
      });
      expect(() => decode(message)).toThrow(FramingError);
    },
  );
});
