import type { CallerDialect, UpstreamDialect } from "../dialect.ts";
import { failureOf } from "../failure.ts";
import { sse } from "../framing/sse.ts";
import { renderError, renderStreamError } from "./errors.ts";
import { parseRequest } from "./parse-request.ts";
import { translatable } from "./parse-tools.ts";
import { readAnswer, readUsage } from "./read-answer.ts";
import { readEnvelope } from "./read-envelope.ts";
import { createReader } from "./read-stream.ts";
import { renderAnswer } from "./render-answer.ts";
import { limitOutput, renderRequest } from "./render-request.ts";
import { createWriter } from "./write-stream.ts";

/** OpenAI's Responses, which Codex and OpenAI's newest models speak. */
export const openAiResponses: CallerDialect & UpstreamDialect = {
  name: "openai-responses",
  framing: sse,
  readEnvelope,
  parseRequest,
  translatable,
  createWriter,
  renderAnswer,
  renderError,
  renderStreamError,
  // The writer of a translated stream numbers its own; forwarded streams bring theirs.
  keepAlive: undefined,
  renderRequest,
  limitOutput,
  createReader,
  readAnswer,
  readUsage,
  readFailure: failureOf,
};
