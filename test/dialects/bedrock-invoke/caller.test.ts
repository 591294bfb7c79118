import { describe, expect, it } from "vitest";
import type { Frame } from "../../../src/dialects/framing/frame.ts";
import type { AnswerReader } from "../../../src/dialects/dialect.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic-messages/index.ts";
import { bedrockCount } from "../../../src/dialects/bedrock-invoke/count.ts";
import { bedrockInvoke } from "../../../src/dialects/bedrock-invoke/index.ts";
import { createInvokeDecoder } from "../../../src/providers/bedrock-stream.ts";
import { messages, minimal, REQUESTS, user } from "../../fixtures/anthropic-messages/requests.ts";
import { thrownBy } from "../../core/thrown.ts";
import { callerContract } from "../caller.contract.ts";
import { wholeBlocks } from "../kept-citations.ts";

/** Reads what was written through the very bytes AWS's clients are sent. */
function createReader(): AnswerReader {
  const encoder = bedrockInvoke.framing.createEncoder();
  const decoder = createInvokeDecoder();
  const reader = anthropicMessages.createReader();
  return {
    read: (frame: Frame) =>
      decoder.push(encoder.encode(frame)).flatMap((inner) => reader.read(inner)),
    end: () => reader.end(),
  };
}

callerContract(
  "Bedrock InvokeModel",
  { ...anthropicMessages, ...bedrockInvoke, createReader },
  {
    minimal,
    requests: REQUESTS,
    citation: wholeBlocks,
    invalid: [
      { name: "a role", body: messages({ role: "tool", content: "" }), param: "messages.0.role" },
      {
        name: "a block's text",
        body: user({ type: "text" }),
        param: "messages.0.content.0.text",
        message: "Field required",
      },
    ],
    unsupported: [
      { name: "a container", body: { ...minimal, container: "c" }, param: "container" },
    ],
  },
);

const unwrapped = (value: object, target = {}) => {
  const text = JSON.stringify(value);
  return bedrockInvoke.unwrap?.({ text, value: JSON.parse(text) as typeof minimal }, target);
};

describe("InvokeModel's envelope", () => {
  it("gives Anthropic's body, its model and streaming from the URL", () => {
    const found = unwrapped(
      { anthropic_version: "bedrock-2023-05-31", max_tokens: 10, messages: [] },
      { model: "team/claude", stream: true },
    );
    const value = { max_tokens: 10, messages: [], model: "team/claude", stream: true };
    expect(found?.body.value).toEqual(value);
    expect(JSON.parse(found?.body.text ?? "")).toEqual(value);
  });

  it("keeps the bytes of what it does not change", () => {
    const text = '{ "max_tokens":10,"anthropic_version":"x", "messages": [ {"a":1.0} ] }';
    const value = JSON.parse(text) as typeof minimal;
    expect(bedrockInvoke.unwrap?.({ text, value }, {}).body.text).toBe(
      '{ "max_tokens":10, "messages": [ {"a":1.0} ] }',
    );
  });

  it("hears the flags in the body and leaves them there", () => {
    const found = unwrapped({ ...minimal, anthropic_beta: ["a-2025-01-01", 7] });
    expect(found?.betas).toEqual(["a-2025-01-01"]);
    expect(found?.body.value["anthropic_beta"]).toEqual(["a-2025-01-01", 7]);
  });
});

describe("CountTokens's envelope", () => {
  const counted = (input: object) => {
    const value = { input: JSON.parse(JSON.stringify(input)) as typeof minimal };
    return bedrockCount.unwrap?.({ text: "", value }, { model: "claude-sonnet-4-5" }).body.value;
  };

  it("holds the body of an invocation in base64", () => {
    const body = btoa(JSON.stringify({ anthropic_version: "x", messages: [{ role: "user" }] }));
    expect(counted({ invokeModel: { body } })).toEqual({
      messages: [{ role: "user" }],
      model: "claude-sonnet-4-5",
    });
  });

  it("holds a conversation, which is counted in Anthropic's grammar", () => {
    const converse = {
      system: [{ text: "be brief" }],
      messages: [{ role: "user", content: [{ text: "hi" }] }],
    };
    expect(counted({ converse })).toEqual({
      model: "claude-sonnet-4-5",
      system: [{ type: "text", text: "be brief" }],
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    });
  });

  it.each([{}, { invokeModel: { body: "%" } }, { invokeModel: {} }])(
    "is refused when it holds nothing to count: %j",
    (input) => {
      expect(thrownBy(() => counted(input)).code).toBe("invalid_request");
    },
  );

  it("is answered in AWS's words", () => {
    expect(bedrockCount.renderTokenCount?.(7)).toEqual({ inputTokens: 7 });
  });
});
