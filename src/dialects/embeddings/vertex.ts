import type { Json, JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, objectsIn } from "../lenient.ts";
import { numbersIn } from "./answer.ts";
import type { EmbeddingGrammar } from "./grammar.ts";

/** Cohere's words for what vectors are for, in Google's. */
const TASKS = new Map([
  ["search_document", "RETRIEVAL_DOCUMENT"],
  ["search_query", "RETRIEVAL_QUERY"],
  ["classification", "CLASSIFICATION"],
  ["clustering", "CLUSTERING"],
]);

function taskOf(inputType: string): string {
  return TASKS.get(inputType) ?? inputType;
}

/**
 * `predict`, for text-embedding-… and gemini-embedding-001:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export function vertexPredict(textsMax: number): EmbeddingGrammar {
  return {
    textsMax,
    renderRequest: (texts, { inputType, dimensions }) => ({
      instances: texts.map((content) => ({
        content,
        ...(inputType === undefined ? {} : { task_type: taskOf(inputType) }),
      })),
      ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
    }),
    readAnswer({ predictions }) {
      const embeddings = objectsIn(predictions).map((one) => objectIn(one.embeddings));
      const counts = embeddings.map((one) => objectIn(one.statistics).token_count);
      return { vectors: embeddings.map((one) => vectorIn(one.values)), inputTokens: sumOf(counts) };
    },
  };
}

/** `embedContent`, for the later Gemini embeddings. */
export const vertexEmbedContent: EmbeddingGrammar = {
  textsMax: 1,
  renderRequest: ([text = ""], { inputType, dimensions }): JsonObject => ({
    content: { parts: [{ text }] },
    ...(inputType === undefined ? {} : { taskType: taskOf(inputType) }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  }),
  readAnswer({ embedding, usageMetadata }) {
    const { promptTokenCount, totalTokenCount } = objectIn(usageMetadata);
    return {
      vectors: [vectorIn(objectIn(embedding).values)],
      inputTokens: sumOf([promptTokenCount ?? totalTokenCount]),
    };
  },
};

function vectorIn(values: Json | undefined): number[] {
  const vector = numbersIn(values);
  if (vector === undefined) throw new FramingError("the answer has no vector");
  return vector;
}

/** `undefined` as soon as one of them was not counted: half a count is a wrong count. */
function sumOf(counts: (Json | undefined)[]): number | undefined {
  const numbers = counts.filter((count) => typeof count === "number");
  if (numbers.length === 0 || numbers.length < counts.length) return undefined;
  return numbers.reduce((total, count) => total + count, 0);
}
