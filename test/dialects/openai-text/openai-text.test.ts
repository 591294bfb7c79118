import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { openAiText } from "../../../src/dialects/openai-text/index.ts";
import { ANSWERS } from "../sample-answers.ts";

function unwrapped(value: JsonObject): JsonObject {
  const body = openAiText.unwrap?.({ text: JSON.stringify(value), value }, {})?.body;
  expect(JSON.parse(body?.text ?? "")).toEqual(body?.value);
  return body?.value ?? {};
}

describe("a prompt", () => {
  it.each(["Once", ["Once"]])("becomes the only turn of a conversation: %j", (prompt) => {
    const body = unwrapped({
      model: "m",
      prompt,
      max_tokens: 5,
      stop: ["."],
      echo: false,
      best_of: 1,
    });
    expect(body).toEqual({
      model: "m",
      max_tokens: 5,
      stop: ["."],
      echo: false,
      best_of: 1,
      messages: [{ role: "user", content: "Once" }],
    });
    expect(openAiText.readEnvelope(body)).toMatchObject({ model: "m", maxOutputTokens: 5 });
    expect(openAiText.parseRequest(body)).toMatchObject({ stopSequences: ["."] });
  });

  it.each([
    [{ prompt: undefined }, "invalid_request", "prompt"],
    [{ prompt: "" }, "invalid_request", "prompt"],
    [{ prompt: ["a", "b"] }, "unsupported_parameter", "prompt"],
    [{ prompt: [1, 2] }, "unsupported_parameter", "prompt"],
    [{ prompt: "a", echo: true }, "unsupported_parameter", "echo"],
    [{ prompt: "a", suffix: "z" }, "unsupported_parameter", "suffix"],
    [{ prompt: "a", logprobs: 0 }, "unsupported_parameter", "logprobs"],
    [{ prompt: "a", best_of: 3 }, "unsupported_parameter", "best_of"],
  ])("is refused by name: %j", (body, code, param) => {
    expect(() => openAiText.parseRequest(unwrapped({ model: "m", ...body }))).toThrow(
      expect.objectContaining({ code, details: { param } }),
    );
  });

  it("loses what cannot be done where the operator prefers an answer to a refusal", () => {
    const body = unwrapped({ model: "m", prompt: "a", logprobs: 2, n: 3 });
    const { ignored } = openAiText.parseRequest(body, { dropParams: true });
    expect(ignored).toEqual(["n", "logprobs"]);
  });
});

describe.each(ANSWERS)("an answer: $name", ({ events }) => {
  const context = {
    model: "my-model",
    id: "cmpl-1",
    createdAtMs: 1_700_000_000_000,
    streamUsage: true,
  };
  const whole = openAiText.renderAnswer(events, context);
  const [choice] = Array.isArray(whole.choices) ? whole.choices : [];

  it("is streamed as the text it has when it comes whole", () => {
    const writer = openAiText.createWriter(context);
    const frames = events.flatMap((event) => writer.write(event)).map(({ data }) => data);
    expect(frames.at(-1)).toBe("[DONE]");
    const chunks = frames.slice(0, -1).map((data): unknown => JSON.parse(data));
    const counted = whole.usage === undefined ? [] : [chunks.pop()];
    for (const chunk of counted) expect(chunk).toMatchObject({ choices: [], usage: whole.usage });
    const said = chunks.map((chunk) => {
      expect(chunk).toMatchObject({
        object: "text_completion",
        model: "my-model",
        choices: [{ index: 0 }],
      });
      return chunk;
    });
    const text = said.map(textOf).join("");
    expect(choice).toMatchObject({ text });
    expect(said.at(-1)).toMatchObject({ choices: [{ finish_reason: finishOf(choice) }] });
  });
});

function textOf(chunk: unknown): string {
  const [, text = '""'] = /"text":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(chunk)) ?? [];
  return String(JSON.parse(text));
}

function finishOf(choice: unknown): unknown {
  const [, reason] = /"finish_reason":"(\w+)"/.exec(JSON.stringify(choice)) ?? [];
  return reason;
}
