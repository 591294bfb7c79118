import { isJsonObject, parseJson, type JsonObject } from "../../core/json.ts";
import type { RequestBody } from "../dialect.ts";
import { numbersIn } from "../embeddings/answer.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn, objectsIn } from "../lenient.ts";

/** OpenAI's answer, in which every vendor's vectors come, written anew for callers of `embedContent`. */
export function renderContent(answer: string): string {
  const { vectors, inputTokens } = readVectors(answer);
  const [values = []] = vectors;
  return JSON.stringify({ embedding: { values }, ...usageOf(inputTokens) });
}

/** The same for callers of `batchEmbedContents`. */
export function renderContents(answer: string): string {
  const { vectors, inputTokens } = readVectors(answer);
  return JSON.stringify({
    embeddings: vectors.map((values) => ({ values })),
    ...usageOf(inputTokens),
  });
}

/** The same for callers of `predict`, whose older SDKs need a count beside every vector. */
export function renderPredictions(answer: string, { value }: RequestBody): string {
  const { vectors, inputTokens } = readVectors(answer);
  const texts = (Array.isArray(value.input) ? value.input : []).map(String);
  const counts = shares(inputTokens, texts);
  const predictions = vectors.map((values, index) => ({
    embeddings: { values, statistics: { truncated: false, token_count: counts[index] ?? 0 } },
  }));
  return JSON.stringify({ predictions });
}

function readVectors(answer: string): { vectors: number[][]; inputTokens: number } {
  const body = parseJson(answer);
  if (!isJsonObject(body)) throw new FramingError("the answer is not a JSON object");
  const items = objectsIn(body.data).toSorted((a, b) => Number(a.index) - Number(b.index));
  const vectors = items.map((item) => {
    const vector = numbersIn(item.embedding);
    if (vector === undefined) throw new FramingError("the answer has no vector");
    return vector;
  });
  if (vectors.length === 0) throw new FramingError("the answer has no vectors");
  const { prompt_tokens: count } = objectIn(body.usage);
  return { vectors, inputTokens: typeof count === "number" ? count : 0 };
}

/** A zero stands for "not counted"; then nothing is said. */
function usageOf(inputTokens: number): JsonObject {
  if (inputTokens === 0) return {};
  return { usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens } };
}

/** Vendors count all texts together, so each is told its share by length; the sum is the count. */
function shares(total: number, texts: readonly string[]): number[] {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  let before = 0;
  let upTo = 0;
  return texts.map((text) => {
    upTo += text.length;
    const share = Math.round((total * upTo) / Math.max(length, 1)) - before;
    before += share;
    return share;
  });
}
