import type { CallerDialect, UpstreamDialect } from "../dialect.ts";
import { jsonArray } from "../framing/json-array.ts";
import { sse } from "../framing/sse.ts";
import { renderError, renderStreamError } from "./errors.ts";
import { readGoogleFailure } from "./failure.ts";
import { parseRequest } from "./parse-request.ts";
import { limitOutput, readEnvelope } from "./read-envelope.ts";
import { createGeminiReader, readGeminiAnswer } from "./reader.ts";
import { renderAnswer } from "./render-answer.ts";
import { renderGeminiRequest } from "./request.ts";
import { unwrapCount } from "./unwrap-count.ts";
import { readGeminiUsage } from "./usage.ts";
import { createWriter, NOTHING } from "./write-stream.ts";

/** Google's `generateContent`, as its SDKs and Gemini CLI speak it and as Gemini models answer it. */
export const gemini: CallerDialect & UpstreamDialect = {
  name: "gemini",
  framing: sse,
  readEnvelope,
  parseRequest,
  createWriter,
  renderAnswer,
  renderError,
  renderStreamError,
  keepAlive: NOTHING,
  renderRequest: renderGeminiRequest,
  limitOutput,
  createReader: createGeminiReader,
  readAnswer: readGeminiAnswer,
  readUsage: readGeminiUsage,
  readFailure: readGoogleFailure,
};

/** The same for callers who did not ask for `alt=sse`: their stream is one JSON array. */
export const geminiArray: CallerDialect = { ...gemini, framing: jsonArray, keepAlive: undefined };

/** The same for those who only want a prompt counted. */
export const geminiCount: CallerDialect = {
  ...gemini,
  unwrap: unwrapCount,
  renderTokenCount: (totalTokens) => ({ totalTokens }),
};
