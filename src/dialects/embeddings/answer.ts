import { isJsonObject, parseJson, type Json, type JsonObject } from "../../core/json.ts";
import { objectsIn } from "../lenient.ts";
import type { Embedded } from "./grammar.ts";

/** OpenAI's answer for these vectors. */
export function renderEmbeddings(
  { vectors, inputTokens = 0 }: Embedded,
  model: string,
  base64: boolean,
): JsonObject {
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: base64 ? base64Of(vector) : vector,
  }));
  const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
  return { object: "list", data, model, usage };
}

/**
 * An answer in OpenAI's grammar in the encoding that was asked for. Not every compatible vendor knows
 * base64, and OpenAI's SDKs take for granted that it comes.
 */
export function withBase64(text: string): string {
  // Most answers are as they should be, and large.
  if (!/"embedding"\s*:\s*\[/.test(text)) return text;
  const body = parseJson(text);
  if (!isJsonObject(body)) return text;
  const data = objectsIn(body.data).map((item) => {
    const vector = numbersIn(item.embedding);
    return vector === undefined ? item : { ...item, embedding: base64Of(vector) };
  });
  return JSON.stringify({ ...body, data });
}

/** Little-endian 32-bit floats. */
function base64Of(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  let binary = "";
  for (const byte of new Uint8Array(view.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function numbersIn(value: Json | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((item) => typeof item === "number");
  return numbers.length === value.length ? numbers : undefined;
}
