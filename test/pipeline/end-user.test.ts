import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import { readEndUser } from "../../src/pipeline/end-user.ts";

const BODY: JsonObject = {
  model: "m",
  max_tokens: 5,
  messages: [{ role: "user", content: "Hi" }],
  user: "body",
  litellm_metadata: { user: "own" },
  metadata: { user_id: "metadata" },
  safety_identifier: "safety",
};

function without(...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(BODY).filter(([name]) => !names.includes(name)));
}

function endUserOf(headers: Record<string, string>, body: JsonObject): string | null {
  const envelope = openAiChat.readEnvelope(body, {});
  return readEndUser(new Headers(headers), body, envelope, ["x-customer", "x-user"]);
}

describe("who a call is made for", () => {
  it.each([
    [{ "x-litellm-customer-id": "a", "x-litellm-end-user-id": "b", "x-customer": "c" }, BODY, "a"],
    [{ "x-litellm-end-user-id": "b", "x-customer": "c", "x-user": "d" }, BODY, "b"],
    [{ "x-user": "d", "x-customer": "c" }, BODY, "c"],
    [{ "x-user": "d", "x-customer": "" }, BODY, "d"],
    [{}, BODY, "body"],
    [{}, without("user"), "own"],
    [{}, without("user", "litellm_metadata"), "metadata"],
    [{}, without("user", "litellm_metadata", "metadata"), "safety"],
    [{}, without("user", "litellm_metadata", "metadata", "safety_identifier"), null],
  ])(
    "is told by the first that names somebody (%#)",
    (headers: Record<string, string>, body, expected) => {
      expect(endUserOf(headers, body)).toBe(expected);
    },
  );
});

describe("Claude Code", () => {
  const claude = (userId: string): string | null => {
    const body: JsonObject = {
      ...without("user", "litellm_metadata"),
      metadata: { user_id: userId },
    };
    return readEndUser(new Headers(), body, anthropicMessages.readEnvelope(body, {}), []);
  };
  const blob = (fields: JsonObject): string => claude(JSON.stringify(fields)) ?? "nobody";

  it("is the same person in every session", () => {
    const person = { device_id: "d1", account_uuid: "3f2a9c1e-0000-4000-8000-1" };
    expect(blob({ ...person, session_id: "s1" })).toBe("3f2a9c1e-0000-4000-8000-1");
    expect(blob({ ...person, session_id: "s2" })).toBe("3f2a9c1e-0000-4000-8000-1");
  });

  it("is its machine where it has no account, and nobody where it has neither", () => {
    expect(blob({ device_id: "d1", account_uuid: "", session_id: "s1" })).toBe("d1");
    expect(blob({ session_id: "s1" })).toBe("nobody");
    expect(claude("{ not JSON")).toBeNull();
  });

  it("of an older release joins the same three", () => {
    const machine = "ab".repeat(32);
    expect(claude(`user_${machine}_account_3f2a-1_session_99-1`)).toBe("3f2a-1");
    expect(claude(`user_${machine}_account__session_99-1`)).toBe(`user_${machine}`);
    expect(claude("user_17_account_manager")).toBe("user_17_account_manager");
  });
});
