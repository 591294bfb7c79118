import type { CallerDialect, UpstreamDialect } from "../dialect.ts";
import { failureOf } from "../failure.ts";
import { sse } from "../framing/sse.ts";
import { renderError, renderStreamError } from "./errors.ts";
import { parseRequest } from "./parse-request.ts";
import { restamp } from "./pass-through.ts";
import { readAnswer, readUsage } from "./read-answer.ts";
import { readEnvelope } from "./read-envelope.ts";
import { createReader } from "./read-stream.ts";
import { renderAnswer } from "./render-answer.ts";
import { renderRequest } from "./render-request.ts";
import { createWriter } from "./write-stream.ts";

/** OpenAI's Chat Completions, as most clients and most servers speak it. */
export const openAiChat: CallerDialect & UpstreamDialect = {
  name: "openai-chat",
  framing: sse,
  readEnvelope,
  parseRequest,
  createWriter,
  renderAnswer,
  renderError,
  renderStreamError,
  restamp,
  keepAlive: undefined,
  renderRequest,
  createReader,
  readAnswer,
  readUsage,
  readFailure: failureOf,
};
