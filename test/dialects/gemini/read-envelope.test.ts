import { describe, expect, it } from "vitest";
import { createBodyPatch } from "../../../src/core/body-patch.ts";
import { gemini, geminiCount } from "../../../src/dialects/gemini/index.ts";
import { minimal } from "../../fixtures/gemini/requests.ts";

describe("what the gateway reads of every request to Gemini", () => {
  it("is in either spelling", () => {
    const generation_config = { max_output_tokens: 7, candidate_count: 2 };
    const envelope = gemini.readEnvelope(
      { ...minimal, generation_config },
      { model: "m", stream: true },
    );
    expect(envelope).toMatchObject({ maxOutputTokens: 7, choices: 2, stream: true });
  });

  it("is refused in both, of which one would not be reserved for", () => {
    const generationConfig = { candidateCount: 1, candidate_count: 8 };
    expect(() => gemini.readEnvelope({ ...minimal, generationConfig }, { model: "m" })).toThrow(
      "generationConfig.candidateCount: the same field in two spellings",
    );
  });
});

describe("a limit that a budget sets", () => {
  it.each([
    ['{"a":1.0}', '{"a":1.0,"generationConfig":{"maxOutputTokens":5}}'],
    [
      '{"generationConfig": {"topP":1}, "a":1.0}',
      '{"generationConfig": {"topP":1,"maxOutputTokens":5}, "a":1.0}',
    ],
    [
      '{"generation_config": {"max_output_tokens":9,"top_p":1}}',
      '{"generation_config": {"top_p":1,"maxOutputTokens":5}}',
    ],
  ])("goes into %s where the caller's settings are", (before, after) => {
    const patch = createBodyPatch(before);
    gemini.limitOutput?.(patch, 5);
    expect(patch.text()).toBe(after);
  });
});

describe("a request to count", () => {
  const target = { model: "m" };
  it.each(["generateContentRequest", "generate_content_request"])("may be a %s", (name) => {
    const value = { [name]: { model: "models/m", ...minimal } };
    const unwrapped = geminiCount.unwrap?.({ text: JSON.stringify(value), value }, target);
    expect(unwrapped?.body.value).toEqual({ model: "models/m", ...minimal });
    expect(unwrapped?.body.text).toBe(JSON.stringify({ model: "models/m", ...minimal }));
  });

  it("may be bare, and is answered with a total", () => {
    const body = { text: "{}", value: {} };
    expect(geminiCount.unwrap?.(body, target).body).toBe(body);
    expect(geminiCount.renderTokenCount?.(7)).toEqual({ totalTokens: 7 });
  });
});
