import { describe, expect, it } from "vitest";
import { renderEmbeddings, withBase64 } from "../../../src/dialects/embeddings/answer.ts";
import { cohereEmbeddings } from "../../../src/dialects/embeddings/cohere.ts";
import { droppedExtras, parseEmbeddingRequest } from "../../../src/dialects/embeddings/request.ts";
import { titanEmbeddings } from "../../../src/dialects/embeddings/titan.ts";
import {
  batchEmbedContents,
  embedContent,
  predict,
} from "../../../src/dialects/embeddings/google.ts";
import { objectIn } from "../../core/parsed.ts";

const ASKED = parseEmbeddingRequest({
  input: ["a", "b"],
  dimensions: 256,
  input_type: "search_query",
});
const PLAIN = parseEmbeddingRequest({ input: "a" });
const NO_HEADERS = new Headers();

describe("a request for vectors", () => {
  it("is one text or several", () => {
    expect(PLAIN).toEqual({
      texts: ["a"],
      dimensions: undefined,
      inputType: undefined,
      title: undefined,
      autoTruncate: undefined,
      base64: false,
    });
    expect(ASKED.texts).toEqual(["a", "b"]);
  });

  it.each([
    [{ input: [1, 2] }, "input"],
    [{ input: "a", dimensions: 0 }, "dimensions"],
    [{ input: "a", encoding_format: "hex" }, "encoding_format"],
  ])("names the field at fault: %j", (body, param) => {
    expect(() => parseEmbeddingRequest(body)).toThrow(
      expect.objectContaining({ code: "invalid_request", details: { param } }),
    );
  });

  it("has a bound, because some vendors take one text at a time", () => {
    const input = Array.from({ length: 513 }, () => "a");
    expect(() => parseEmbeddingRequest({ input })).toThrow(/at most 512/);
  });
});

describe("each vendor's way to be asked", () => {
  it("Titan: one text, and only what was wished", () => {
    expect(titanEmbeddings.renderRequest(["a"], ASKED)).toEqual({
      inputText: "a",
      dimensions: 256,
    });
    expect(titanEmbeddings.renderRequest(["a"], PLAIN)).toEqual({ inputText: "a" });
  });

  it("Cohere: what the vectors are for, documents unless said otherwise", () => {
    expect(cohereEmbeddings.renderRequest(["a", "b"], ASKED)).toEqual({
      texts: ["a", "b"],
      input_type: "search_query",
      embedding_types: ["float"],
      output_dimension: 256,
    });
    expect(cohereEmbeddings.renderRequest(["a"], PLAIN)).toMatchObject({
      input_type: "search_document",
    });
  });

  it("Vertex: a task for each text, in Google's words", () => {
    expect(predict(250).renderRequest(["a", "b"], ASKED)).toEqual({
      instances: [
        { content: "a", task_type: "RETRIEVAL_QUERY" },
        { content: "b", task_type: "RETRIEVAL_QUERY" },
      ],
      parameters: { outputDimensionality: 256 },
    });
    expect(embedContent.renderRequest(["a"], ASKED)).toEqual({
      content: { parts: [{ text: "a" }] },
      taskType: "RETRIEVAL_QUERY",
      outputDimensionality: 256,
    });
  });

  it("AI Studio: many contents, each of which names the model", () => {
    expect(batchEmbedContents("m").renderRequest(["a", "b"], PLAIN)).toEqual({
      requests: ["a", "b"].map((text) => ({ model: "models/m", content: { parts: [{ text }] } })),
    });
  });

  it("Google: what only Google's callers can say", () => {
    const google = { title: "t", autoTruncate: false };
    const asked = parseEmbeddingRequest({ input: "a", input_type: "FACT_VERIFICATION", google });
    expect(predict(250).renderRequest(["a"], asked)).toEqual({
      instances: [{ content: "a", task_type: "FACT_VERIFICATION", title: "t" }],
      parameters: { autoTruncate: false },
    });
    expect(embedContent.renderRequest(["a"], asked)).toMatchObject({
      taskType: "FACT_VERIFICATION",
      ...google,
    });
    expect(batchEmbedContents("m").renderRequest(["a"], asked).requests).toEqual([
      {
        model: "models/m",
        content: { parts: [{ text: "a" }] },
        taskType: "FACT_VERIFICATION",
        title: "t",
      },
    ]);
  });
});

describe("what vectors are for", () => {
  const inputTypeFor = (input_type: string) =>
    cohereEmbeddings.renderRequest(["a"], parseEmbeddingRequest({ input: "a", input_type }))
      .input_type;

  it.each([
    ["RETRIEVAL_DOCUMENT", "search_document"],
    ["CODE_RETRIEVAL_QUERY", "search_query"],
    ["SEMANTIC_SIMILARITY", "clustering"],
    ["image", "image"],
  ])("%s is %s to Cohere", (said, cohere) => {
    expect(inputTypeFor(said)).toBe(cohere);
  });

  it("is told as dropped where the vendor has no word for it, in the caller's word", () => {
    const google = { title: "t", autoTruncate: true };
    const asked = parseEmbeddingRequest({ input: "a", input_type: "CLUSTERING", google });
    expect(droppedExtras(asked, [])).toEqual(["taskType", "title", "autoTruncate"]);
    expect(droppedExtras(asked, ["inputType", "title"])).toEqual(["autoTruncate"]);
    expect(droppedExtras(ASKED, titanEmbeddings.knows)).toEqual(["input_type"]);
    expect(droppedExtras(PLAIN, [])).toEqual([]);
  });
});

describe("each vendor's way to answer", () => {
  it("Titan", () => {
    const answer = { embedding: [0.5, -1], embeddingsByType: {}, inputTextTokenCount: 3 };
    expect(titanEmbeddings.readAnswer(answer, NO_HEADERS)).toEqual({
      vectors: [[0.5, -1]],
      inputTokens: 3,
    });
  });

  it("Cohere: two shapes of vectors, two places of counts", () => {
    const billed = { meta: { billed_units: { input_tokens: 7 } } };
    expect(
      cohereEmbeddings.readAnswer({ embeddings: { float: [[1], [2]] }, ...billed }, NO_HEADERS),
    ).toEqual({ vectors: [[1], [2]], inputTokens: 7 });
    const onBedrock = new Headers({ "x-amzn-bedrock-input-token-count": "9" });
    expect(cohereEmbeddings.readAnswer({ embeddings: [[1]] }, onBedrock)).toEqual({
      vectors: [[1]],
      inputTokens: 9,
    });
  });

  it("Vertex, whose counts stand beside each vector", () => {
    const predicted = (tokens?: number) => ({
      embeddings: { values: [1], statistics: { token_count: tokens } },
    });
    const read = predict(250).readAnswer;
    expect(read({ predictions: [predicted(2), predicted(3)] }, NO_HEADERS).inputTokens).toBe(5);
    // Half a count is a wrong count.
    expect(
      read({ predictions: [predicted(2), predicted()] }, NO_HEADERS).inputTokens,
    ).toBeUndefined();
    const embedded = { embedding: { values: [1, 2] }, usageMetadata: { promptTokenCount: 4 } };
    expect(embedContent.readAnswer(embedded, NO_HEADERS)).toEqual({
      vectors: [[1, 2]],
      inputTokens: 4,
    });
  });

  it("AI Studio, which counts them together or not at all", () => {
    const embeddings = [{ values: [1] }, { values: [2] }];
    const { readAnswer } = batchEmbedContents("m");
    const usageMetadata = { promptTokenCount: 5 };
    expect(readAnswer({ embeddings, usageMetadata }, NO_HEADERS)).toEqual({
      vectors: [[1], [2]],
      inputTokens: 5,
    });
    expect(readAnswer({ embeddings }, NO_HEADERS).inputTokens).toBeUndefined();
  });

  it.each([titanEmbeddings, cohereEmbeddings, embedContent])(
    "is no answer without vectors",
    ({ readAnswer }) => {
      expect(() => readAnswer({ something: "else" }, NO_HEADERS)).toThrow();
      expect(() => readAnswer({ embedding: ["x"], embeddings: [["x"]] }, NO_HEADERS)).toThrow();
    },
  );
});

describe("OpenAI's answer", () => {
  /** 1.0 and -2.0 as little-endian floats. */
  const PACKED = "AACAPwAAAMA=";

  it("has vectors as numbers or packed, as was asked", () => {
    const embedded = { vectors: [[1, -2]], inputTokens: 3 };
    expect(renderEmbeddings(embedded, "m", false)).toEqual({
      object: "list",
      data: [{ object: "embedding", index: 0, embedding: [1, -2] }],
      model: "m",
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    expect(renderEmbeddings(embedded, "m", true).data).toEqual([
      { object: "embedding", index: 0, embedding: PACKED },
    ]);
  });

  it("is packed where a compatible vendor did not, and left alone where it did", () => {
    const loose = '{"data": [{"index":0, "embedding": [1, -2]}], "model":"m"}';
    expect(objectIn(withBase64(loose))).toEqual({
      data: [{ index: 0, embedding: PACKED }],
      model: "m",
    });
    const packed = `{"data":[ {"embedding":"${PACKED}"} ]}`;
    expect(withBase64(packed)).toBe(packed);
    expect(withBase64("<html>")).toBe("<html>");
  });
});
