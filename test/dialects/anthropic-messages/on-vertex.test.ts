import { describe, expect, it } from "vitest";
import { claudeOnVertex } from "../../../src/dialects/anthropic-messages/on-vertex.ts";
import type { JsonObject } from "../../../src/core/json.ts";

const unwrap = (value: JsonObject, target = {}) =>
  claudeOnVertex.unwrap?.({ text: JSON.stringify(value), value }, target);

describe("Claude's grammar in Vertex AI's envelope", () => {
  it("loses the surface's version and gives its flags apart", () => {
    const flags = ["context-1m-2025-08-07", 7];
    const value = { anthropic_version: "vertex-2023-10-16", anthropic_beta: flags, max_tokens: 1 };
    expect(unwrap(value)).toEqual({
      body: { text: '{"max_tokens":1}', value: { max_tokens: 1 } },
      betas: ["context-1m-2025-08-07"],
    });
  });

  it("gets model and streaming from the URL", () => {
    const { body } = unwrap({ max_tokens: 1 }, { model: "claude", stream: true }) ?? {};
    expect(body?.value).toEqual({ max_tokens: 1, model: "claude", stream: true });
    expect(JSON.parse(body?.text ?? "")).toEqual(body?.value);
    expect(claudeOnVertex.readEnvelope({ ...body?.value, messages: [{}] })).toMatchObject({
      model: "claude",
      stream: true,
    });
  });

  it("keeps what the body says where the URL says nothing", () => {
    const { body } = unwrap({ model: "claude", stream: false, anthropic_beta: "one" }) ?? {};
    expect(body?.value).toEqual({ model: "claude", stream: false });
    expect(unwrap({ anthropic_beta: "one" })?.betas).toEqual(["one"]);
  });
});
