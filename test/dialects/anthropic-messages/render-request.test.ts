import { describe, expect, it } from "vitest";
import { tool } from "../samples.ts";
import { ADAPTIVE, BUDGETED, render } from "./render.ts";

describe("a request for Claude", () => {
  it("is as small as the question", () => {
    expect(render({ maxOutputTokens: 100 }).body).toEqual({
      model: BUDGETED,
      max_tokens: 100,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    });
  });

  it("has a limit even where the caller named none, and never more than the model's", () => {
    expect(render({ stream: true }).body).toMatchObject({ max_tokens: 64_000, stream: true });
    expect(render({}).body).toMatchObject({ max_tokens: 21_333 });
    expect(render({ maxOutputTokens: 1_000_000 }).body).toMatchObject({ max_tokens: 64_000 });
  });

  it("takes out what is said only for show, and says so", () => {
    const { body, dropped } = render({
      sampling: { seed: 1, presencePenalty: 0.5, temperature: 1.7, topP: 0.9 },
      endUser: "ann@example.com",
      tools: [{ ...tool, strict: true }],
      ignored: ["logit_bias"],
    });
    expect(body).toMatchObject({ temperature: 1 });
    expect(body).not.toHaveProperty("top_p");
    expect(dropped.sort()).toEqual([
      "logit_bias",
      "presence_penalty",
      "seed",
      "strict",
      "top_p",
      "user",
    ]);
  });

  it("has no sampling where the model takes none", () => {
    const { body, dropped } = render({ sampling: { temperature: 0, topK: 5 } }, ADAPTIVE);
    expect(body).not.toHaveProperty("temperature");
    expect(dropped).toEqual(["temperature", "top_k"]);
  });

  it("leaves out stop sequences of white space", () => {
    expect(render({ stopSequences: ["\n", "END"] }).body).toMatchObject({
      stop_sequences: ["END"],
    });
    expect(render({ stopSequences: [" "] }).body).not.toHaveProperty("stop_sequences");
  });
});
