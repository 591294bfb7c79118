import type { CallerDialect, RequestBody } from "../dialect.ts";
import { forwardedDialect, readForwardedEnvelope } from "../forwarded.ts";
import { gemini } from "../gemini/index.ts";
import { renderContent, renderContents, renderPredictions } from "./answer.ts";
import { readContent, readContents, readInstances } from "./request.ts";

export type EmbeddingMethod = "embedContent" | "batchEmbedContents" | "predict";

/** How Google's callers ask for vectors and are answered, where every vendor may serve them. */
export interface GoogleEmbeddings {
  dialect: CallerDialect;
  /** Writes OpenAI's answer anew. */
  renderAnswer(answer: string, asked: RequestBody): string;
}

export const GOOGLE_EMBEDDINGS: Readonly<Record<EmbeddingMethod, GoogleEmbeddings>> = {
  embedContent: { dialect: dialectOf(readContent), renderAnswer: renderContent },
  batchEmbedContents: { dialect: dialectOf(readContents), renderAnswer: renderContents },
  predict: { dialect: dialectOf(readInstances), renderAnswer: renderPredictions },
};

function dialectOf(read: (body: RequestBody) => RequestBody): CallerDialect {
  const shape = { required: ["input"], outputTokensMax: 0 };
  return {
    ...forwardedDialect((body, target) => readForwardedEnvelope(body, shape, target), gemini),
    unwrap: (body) => ({ body: read(body), betas: [] }),
  };
}
