import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { readAttribution } from "../../src/pipeline/attribution.ts";

const BODY = { model: "m", messages: [{ role: "user", content: "Hi" }] };

function attributionOf(headers: Record<string, string>, changes: JsonObject = {}) {
  const body: JsonObject = { ...BODY, ...changes };
  return readAttribution(new Headers(headers), body, openAiChat.readEnvelope(body, {}));
}

describe("tags", () => {
  it("come from the body and the header, each once, and end with the client", () => {
    const { tags } = attributionOf(
      { "x-litellm-tags": "jobB, jobA ,,jobC", "user-agent": "curl/8.5.0" },
      { metadata: { tags: ["jobA", 7, null] }, tags: ["jobD"] },
    );
    expect(tags).toEqual(["jobD", "jobA", "jobB", "jobC", "User-Agent: curl/8.5.0"]);
  });

  it("are 32 at most, each of 256 characters at most", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(1_000, "t"));
    const { tags } = attributionOf({ "x-litellm-tags": "late" }, { tags: many });
    expect(tags).toHaveLength(32);
    expect(Math.max(...tags.map((tag) => tag.length))).toBe(256);
  });

  it("cannot forge a line in a log", () => {
    const { tags } = attributionOf({}, { tags: ["a\nstatus:ok\r\u0000\u001b[31m\u0085b\u2028c"] });
    expect(tags[0]).toMatch(/^a status:ok {3}\[31m b c$/);
  });
});

describe("who asks", () => {
  it.each([
    [{ "x-litellm-customer-id": "header" }, "header"],
    [{ "x-litellm-end-user-id": "header" }, "header"],
    [{}, "body"],
  ])("is told by a header before the body (%o)", (headers, expected) => {
    expect(attributionOf(headers, { user: "body" }).endUser).toBe(expected);
  });

  it("is cut to a name's length and stays on one line", () => {
    const { endUser } = attributionOf({}, { user: `x\ny${"z".repeat(10_000)}` });
    expect(endUser).toHaveLength(256);
    expect(endUser).toMatch(/^x yz+$/);
  });

  it("is nobody when nobody is named, or when the name is no text", () => {
    expect(attributionOf({}).endUser).toBeNull();
    expect(attributionOf({}, { user: { id: 1 } }).endUser).toBeNull();
  });
});

describe("the client", () => {
  it("is its user agent, bounded", () => {
    const { userAgent, tags } = attributionOf({ "user-agent": "x".repeat(5_000) });
    expect(userAgent).toHaveLength(200);
    expect(tags[0]).toBe(`User-Agent: ${userAgent}`);
  });

  it("is unknown without one", () => {
    expect(attributionOf({})).toMatchObject({ userAgent: null, requesterIp: null, tags: [] });
  });
});

describe("a session", () => {
  it.each([
    [{ "x-litellm-trace-id": "t-1", "x-litellm-session-id": "s-1" }, "t-1"],
    [{ "x-litellm-session-id": "any words at all" }, "any words at all"],
    [{ "x-claude-code-session-id": "3f2a9c1e-0000-4000-8000-1" }, "3f2a9c1e-0000-4000-8000-1"],
    [{ "x-claude-code-session-id": "short" }, null],
    [{ "x-claude-code-session-id": "has spaces in it" }, null],
    // Codex.
    [{ "session-id": "019a1fdd-61b7-7852" }, "019a1fdd-61b7-7852"],
    [{ "a-session-id": "12345678901" }, null],
    [{ "x-session-id-of": "12345678901" }, null],
  ])("is told by %o", (headers: Record<string, string>, expected) => {
    expect(attributionOf(headers).sessionId).toBe(expected);
  });

  it("has a bounded name", () => {
    expect(attributionOf({ "x-a-session-id": "s".repeat(900) }).sessionId).toHaveLength(256);
    expect(attributionOf({ "x-litellm-trace-id": "s".repeat(900) }).sessionId).toHaveLength(256);
  });
});

it("remembers numbers and switches, and no text", () => {
  const { parameters } = attributionOf(
    {},
    { temperature: 0.5, max_tokens: 5, stream: false, stop: "secret", top_p: "secret", seed: [1] },
  );
  expect(parameters).toEqual({ temperature: 0.5, max_tokens: 5, stream: false });
});
