import type { JsonObject } from "../../core/json.ts";
import type { EmbeddingExtra, EmbeddingRequest } from "./request.ts";

/** How a vendor wants texts, and how it answers with vectors, where that is not OpenAI's way. */
export interface EmbeddingGrammar {
  /** Most texts one request may carry. */
  textsMax: number;
  /** What it has words for; the rest is left out. */
  knows: readonly EmbeddingExtra[];
  renderRequest(texts: readonly string[], asked: EmbeddingRequest): JsonObject;
  readAnswer(body: JsonObject, headers: Headers): Embedded;
}

export interface Embedded {
  /** In the order of the texts. */
  vectors: number[][];
  /** `undefined` when the vendor did not count. */
  inputTokens: number | undefined;
}
