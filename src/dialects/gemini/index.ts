import type { UpstreamDialect } from "../dialect.ts";
import { readGoogleFailure } from "./failure.ts";
import { createGeminiReader, readGeminiAnswer } from "./reader.ts";
import { renderGeminiRequest } from "./request.ts";
import { readGeminiUsage } from "./usage.ts";

/** Google's `generateContent`, as Gemini models on Vertex AI speak it. */
export const gemini: UpstreamDialect = {
  name: "gemini",
  renderRequest: renderGeminiRequest,
  createReader: createGeminiReader,
  readAnswer: readGeminiAnswer,
  readUsage: readGeminiUsage,
  readFailure: readGoogleFailure,
};
