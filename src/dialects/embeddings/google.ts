import type { Json, JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, objectsIn } from "../lenient.ts";
import { numbersIn } from "./answer.ts";
import type { EmbeddingGrammar } from "./grammar.ts";
import type { EmbeddingRequest } from "./request.ts";
import { googleTask } from "./tasks.ts";

/**
 * Vertex AI's `predict`, for text-embedding-… and gemini-embedding-001:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings
 */
export function predict(textsMax: number): EmbeddingGrammar {
  return {
    textsMax,
    knows: ["inputType", "title", "autoTruncate"],
    renderRequest(texts, { inputType, title, dimensions, autoTruncate }) {
      const parameters: JsonObject = {
        ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
        ...(autoTruncate === undefined ? {} : { autoTruncate }),
      };
      return {
        instances: texts.map((content) => ({
          content,
          ...(inputType === undefined ? {} : { task_type: googleTask(inputType) }),
          ...(title === undefined ? {} : { title }),
        })),
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      };
    },
    readAnswer({ predictions }) {
      const embeddings = objectsIn(predictions).map((one) => objectIn(one.embeddings));
      const counts = embeddings.map((one) => objectIn(one.statistics).token_count);
      return { vectors: embeddings.map((one) => vectorIn(one.values)), inputTokens: sumOf(counts) };
    },
  };
}

/** Vertex AI's `embedContent`, for the later Gemini embeddings. */
export const embedContent: EmbeddingGrammar = {
  textsMax: 1,
  knows: ["inputType", "title", "autoTruncate"],
  renderRequest: ([text = ""], asked) => ({
    ...contentRequest(text, asked),
    ...(asked.autoTruncate === undefined ? {} : { autoTruncate: asked.autoTruncate }),
  }),
  readAnswer({ embedding, usageMetadata }) {
    return {
      vectors: [vectorIn(objectIn(embedding).values)],
      inputTokens: countIn(usageMetadata),
    };
  },
};

/**
 * AI Studio's `batchEmbedContents`, in which every request names the model of the path again:
 * https://ai.google.dev/api/embeddings
 */
export function batchEmbedContents(model: string): EmbeddingGrammar {
  return {
    textsMax: 100,
    knows: ["inputType", "title"],
    renderRequest: (texts, asked) => ({
      requests: texts.map((text) => ({ model: `models/${model}`, ...contentRequest(text, asked) })),
    }),
    readAnswer({ embeddings, usageMetadata }) {
      return {
        vectors: objectsIn(embeddings).map(({ values }) => vectorIn(values)),
        inputTokens: countIn(usageMetadata),
      };
    },
  };
}

function contentRequest(text: string, { inputType, title, dimensions }: EmbeddingRequest) {
  return {
    content: { parts: [{ text }] },
    ...(inputType === undefined ? {} : { taskType: googleTask(inputType) }),
    ...(title === undefined ? {} : { title }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  };
}

function countIn(usageMetadata: Json | undefined): number | undefined {
  const { promptTokenCount, totalTokenCount } = objectIn(usageMetadata);
  return sumOf([promptTokenCount ?? totalTokenCount]);
}

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
