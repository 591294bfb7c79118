import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/core/errors.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";

const context = { requestId: "req-1" };

describe("an error in OpenAI's grammar", () => {
  it("has LiteLLM's body, with the status as text", () => {
    const error = new GatewayError("invalid_request", "n: expected a positive integer", {
      param: "n",
    });
    expect(openAiChat.renderError(error, context).body).toEqual({
      error: {
        message: "n: expected a positive integer",
        type: "invalid_request_error",
        param: "n",
        code: "400",
        provider_specific_fields: { origin: "client", request_id: "req-1" },
      },
    });
  });

  it("uses the finer type where the table's is too coarse, and names the provider", () => {
    const denied = new GatewayError("model_access_denied", "m", {
      type: "team_model_access_denied",
    });
    expect(openAiChat.renderError(denied, context).body).toMatchObject({
      error: { type: "team_model_access_denied", code: "403", param: null },
    });
    const upstream = new GatewayError("upstream_error", "m", { provider: "bedrock" });
    expect(openAiChat.renderError(upstream, context).body).toMatchObject({
      error: { provider_specific_fields: { origin: "provider:bedrock" } },
    });
  });

  it("keeps the two codes agents act upon as words", () => {
    for (const code of ["context_length_exceeded", "content_policy_violation"] as const) {
      expect(openAiChat.renderError(new GatewayError(code, "m"), context).body).toMatchObject({
        error: { code },
      });
    }
  });

  it("ends a stream as an unnamed event", () => {
    const frame = openAiChat.renderStreamError(new GatewayError("upstream_error", "m"), context);
    expect(frame.event).toBeUndefined();
    expect(JSON.parse(frame.data)).toMatchObject({ error: { message: "m", code: "502" } });
  });
});

describe("an error in Anthropic's grammar", () => {
  it("has Anthropic's envelope and header", () => {
    const rendered = anthropicMessages.renderError(
      new GatewayError("budget_exceeded", "spent"),
      context,
    );
    expect(rendered.body).toEqual({
      type: "error",
      error: { type: "billing_error", message: "spent" },
      request_id: "req-1",
    });
    expect(rendered.headers).toEqual({ "request-id": "req-1", "x-should-retry": "false" });
  });

  it.each([
    [
      "prompt is too long: 214353 tokens > 200000 maximum",
      "prompt is too long: 214353 tokens > 200000 maximum",
    ],
    ["Input is too long.", "Input is too long."],
    // Another vendor's words would not make Claude Code compact the conversation.
    [
      "This model's maximum context length is 8192 tokens.",
      "prompt is too long: This model's maximum context length is 8192 tokens.",
    ],
  ])("says %j as %j", (words, message) => {
    const error = new GatewayError("context_length_exceeded", words);
    expect(anthropicMessages.renderError(error, context).body).toMatchObject({
      error: { message },
    });
  });

  it("ends a stream as an error event", () => {
    const frame = anthropicMessages.renderStreamError(
      new GatewayError("upstream_overloaded", "m"),
      context,
    );
    expect(frame.event).toBe("error");
    expect(JSON.parse(frame.data)).toMatchObject({
      type: "error",
      error: { type: "overloaded_error" },
    });
  });
});
