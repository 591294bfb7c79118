import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { FramingError } from "../framing/frame.ts";
import { objectIn } from "../lenient.ts";
import { numbersIn } from "./answer.ts";
import type { EmbeddingGrammar } from "./grammar.ts";
import { cohereTask } from "./tasks.ts";

/** Where Bedrock tells the count of tokens, for Cohere's models nowhere else. */
export const BEDROCK_INPUT_COUNT = "x-amzn-bedrock-input-token-count";

/** What an index is made of; a caller who asks a question says `input_type: search_query`. */
const INPUT_TYPE = "search_document";

/**
 * Cohere's models, on its own API (https://docs.cohere.com/reference/embed) and on Bedrock, where the
 * count of tokens is in a header:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
 */
export const cohereEmbeddings: EmbeddingGrammar = {
  textsMax: 96,
  knows: ["inputType"],
  renderRequest: (texts, { inputType, dimensions }) => ({
    texts: [...texts],
    input_type: cohereTask(inputType ?? INPUT_TYPE),
    embedding_types: ["float"],
    ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
  }),
  readAnswer(body, headers) {
    const { embeddings } = body;
    const list = isJsonObject(embeddings) ? embeddings.float : embeddings;
    return { vectors: vectorsIn(list), inputTokens: countIn(body, headers) };
  },
};

function vectorsIn(list: Json | undefined): number[][] {
  const vectors = (Array.isArray(list) ? list : []).map(numbersIn);
  if (vectors.length === 0) throw new FramingError("the answer has no vectors");
  return vectors.map((vector) => {
    if (vector === undefined) throw new FramingError("a vector is not a list of numbers");
    return vector;
  });
}

function countIn(body: JsonObject, headers: Headers): number | undefined {
  const billed = objectIn(objectIn(body.meta).billed_units).input_tokens;
  if (typeof billed === "number") return billed;
  const header = headers.get(BEDROCK_INPUT_COUNT);
  return header === null ? undefined : Number(header);
}
