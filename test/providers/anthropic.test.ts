import { describe, expect, it } from "vitest";
import { anthropic } from "../../src/providers/anthropic.ts";
import { adapted, callOf, deploymentOf, TOOLS } from "./deployment.ts";
import { bytesOf, describeProvider } from "./provider.contract.ts";

const deployment = deploymentOf("anthropic/claude-opus-5-5", { api_key: "sk-ant-secret" });
const HEADERS = {
  "content-type": "application/json",
  "x-api-key": "sk-ant-secret",
  "anthropic-version": "2023-06-01",
};

describeProvider({
  provider: anthropic,
  deployment,
  required: ["api_key"],
  secrets: ["sk-ant-secret"],
  body: '{ "max_tokens": 10, "messages": [ {"role":"user","content":"\\u0041"} ], "metadata":{"user_id":"u"}, "safeguards":{ }, "new": 1.0 }',
  untouched: [
    '"messages": [ {"role":"user","content":"\\u0041"} ], "metadata":{"user_id":"u"}, "safeguards":{ }, "new": 1.0',
  ],
  whole: { url: "https://api.anthropic.com/v1/messages", headers: HEADERS },
  stream: { url: "https://api.anthropic.com/v1/messages", headers: HEADERS },
  bytes: bytesOf(
    'event: ping\ndata: {"type":"ping"}\n\nevent: message_stop\r\ndata: {"type":"message_stop"}\r\n\r\n',
  ),
  frames: [
    { event: "ping", data: '{"type":"ping"}' },
    { event: "message_stop", data: '{"type":"message_stop"}' },
  ],
});

describe("Anthropic's own API", () => {
  it("gets the caller's version and flags unchanged, but for the gateway's own", async () => {
    const call = callOf(deployment, {
      betas: ["new-flag-2027-01-01", "request-tags-2026-08-21", "context-1m-2025-08-07"],
      anthropicVersion: "2026-10-21",
    });
    const { headers } = await anthropic.prepare(call, "{}", TOOLS);
    expect(headers).toMatchObject({
      "anthropic-version": "2026-10-21",
      "anthropic-beta": "new-flag-2027-01-01,context-1m-2025-08-07",
    });
  });

  it("is asked for the deployment's model", () => {
    const { text } = adapted('{"model":"team/x", "max_tokens":1}', (body) =>
      anthropic.adaptBody(body, callOf(deployment)),
    );
    expect(text).toBe('{"model":"claude-opus-5-5", "max_tokens":1}');
  });

  it.each([
    "http://127.0.0.1:1/a",
    "http://127.0.0.1:1/a/",
    "http://127.0.0.1:1/a/v1",
    "http://127.0.0.1:1/a/v1/messages",
  ])("is found under the base %s", async (apiBase) => {
    const at = deploymentOf("anthropic/m", { api_key: "k", api_base: apiBase });
    expect((await anthropic.prepare(callOf(at), "{}", TOOLS)).url).toBe(
      "http://127.0.0.1:1/a/v1/messages",
    );
    expect((await anthropic.countTokens?.prepare(callOf(at), "{}", TOOLS))?.url).toBe(
      "http://127.0.0.1:1/a/v1/messages/count_tokens",
    );
  });

  it("counts tokens", () => {
    expect(anthropic.countTokens?.read({ input_tokens: 7 })).toBe(7);
    expect(anthropic.countTokens?.read({ input_tokens: "7" })).toBeUndefined();
  });
});
