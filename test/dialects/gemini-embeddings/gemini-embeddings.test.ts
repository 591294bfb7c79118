import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { GOOGLE_EMBEDDINGS } from "../../../src/dialects/gemini-embeddings/index.ts";
import { objectIn } from "../../core/parsed.ts";
import { thrownBy } from "../../core/thrown.ts";

type Method = keyof typeof GOOGLE_EMBEDDINGS;

/** The body as `/v1/embeddings` would have had it. */
function read(method: Method, body: JsonObject): JsonObject | undefined {
  const { dialect } = GOOGLE_EMBEDDINGS[method];
  const sent = { text: JSON.stringify(body), value: body };
  const unwrapped = dialect.unwrap?.(sent, { model: "m" });
  // Whoever patches the text and whoever reads the value must see one body.
  expect(objectIn(unwrapped?.body.text)).toEqual(unwrapped?.body.value);
  return unwrapped?.body.value;
}

const content = (...texts: string[]) => ({ parts: texts.map((text) => ({ text })) });

describe("a request", () => {
  it("embedContent, with wishes beside the content or in a member of their own", () => {
    const wishes = { taskType: "CLUSTERING", title: "t", outputDimensionality: 8 };
    const expected = {
      input: ["a"],
      dimensions: 8,
      input_type: "CLUSTERING",
      google: { title: "t" },
    };
    expect(read("embedContent", { content: content("a"), ...wishes })).toEqual(expected);
    const apart = { content: content("a"), embedContentConfig: wishes };
    expect(read("embedContent", apart)).toEqual(expected);
    const snake = { content: content("a"), task_type: "CLUSTERING", output_dimensionality: 8 };
    expect(read("embedContent", snake)).toEqual({
      input: ["a"],
      dimensions: 8,
      input_type: "CLUSTERING",
    });
  });

  it("embedContent takes one text from several parts", () => {
    expect(read("embedContent", { content: content("a", "b") })).toEqual({ input: ["a\nb"] });
  });

  it("batchEmbedContents, in order", () => {
    const requests = ["a", "b"].map((text) => ({ model: "models/x", content: content(text) }));
    expect(read("batchEmbedContents", { requests })).toEqual({ input: ["a", "b"] });
  });

  it("predict, with wishes in the instances and in the parameters", () => {
    const body = {
      instances: [{ content: "a", task_type: "RETRIEVAL_QUERY" }],
      parameters: { outputDimensionality: 8, auto_truncate: false },
    };
    expect(read("predict", body)).toEqual({
      input: ["a"],
      dimensions: 8,
      input_type: "RETRIEVAL_QUERY",
      google: { autoTruncate: false },
    });
  });

  it("leaves out what nobody wished", () => {
    const nothing = { taskType: "TASK_TYPE_UNSPECIFIED", title: null, outputDimensionality: null };
    expect(read("embedContent", { content: content("a"), ...nothing })).toEqual({ input: ["a"] });
  });

  it.each<[Method, JsonObject, string]>([
    ["embedContent", {}, "content"],
    ["embedContent", { content: "a" }, "content"],
    ["embedContent", { content: { parts: [{ inlineData: {} }] } }, "content.parts.0"],
    ["embedContent", { content: content("a"), outputDimensionality: 0.5 }, "outputDimensionality"],
    ["embedContent", { content: content("a"), taskType: "A", task_type: "B" }, "taskType"],
    ["batchEmbedContents", {}, "requests"],
    ["batchEmbedContents", { requests: [{}] }, "requests.0.content"],
    ["predict", { instances: [] }, "instances"],
    ["predict", { instances: [{ content: "a" }, { content: 5 }] }, "instances.1.content"],
    ["predict", { instances: [{ content: "a" }, { content: "b", title: "t" }] }, "title"],
  ])("%s %j names the field at fault", (method, body, param) => {
    expect(thrownBy(() => read(method, body)).details.param).toBe(param);
  });
});

describe("an answer", () => {
  const answer = JSON.stringify({
    object: "list",
    data: [
      { object: "embedding", index: 1, embedding: [3, 4] },
      { object: "embedding", index: 0, embedding: [1, 2] },
    ],
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
  const asked = { text: "", value: { input: ["a", "bcdef"] } };
  const render = (method: Method, text = answer) =>
    objectIn(GOOGLE_EMBEDDINGS[method].renderAnswer(text, asked));

  it("has the vectors in the order they were asked, with their count", () => {
    expect(render("batchEmbedContents")).toEqual({
      embeddings: [{ values: [1, 2] }, { values: [3, 4] }],
      usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
    });
    expect(render("embedContent")).toMatchObject({ embedding: { values: [1, 2] } });
  });

  it("of predict shares the count among the texts, and the shares make the count", () => {
    const statistics = (count: number) => ({ truncated: false, token_count: count });
    expect(render("predict")).toEqual({
      predictions: [
        { embeddings: { values: [1, 2], statistics: statistics(1) } },
        { embeddings: { values: [3, 4], statistics: statistics(6) } },
      ],
    });
  });

  it("says nothing of tokens that nobody counted", () => {
    const uncounted = JSON.stringify({ data: [{ index: 0, embedding: [1] }] });
    expect(render("embedContent", uncounted)).toEqual({ embedding: { values: [1] } });
  });

  it.each(["<html>", "[]", "{}", '{"data":[{"embedding":"AAAA"}]}'])("is none in %s", (text) => {
    for (const method of ["embedContent", "batchEmbedContents", "predict"] as const) {
      expect(() => render(method, text)).toThrow();
    }
  });
});
