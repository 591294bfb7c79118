import type { CallerDialect, UpstreamDialect } from "../dialect.ts";
import { failureOf } from "../failure.ts";
import { sse } from "../framing/sse.ts";
import { renderError, renderStreamError } from "./errors.ts";
import { parseRequest } from "./parse-request.ts";
import { readAnswer, readUsage } from "./read-answer.ts";
import { readEnvelope } from "./read-envelope.ts";
import { createReader } from "./read-stream.ts";
import { renderAnswer } from "./render-answer.ts";
import { renderRequest } from "./render-request.ts";
import { createWriter, PING } from "./write-stream.ts";

/** Anthropic's Messages API, as Claude Code speaks it and as Claude answers it on every cloud. */
export const anthropicMessages: CallerDialect & UpstreamDialect = {
  name: "anthropic-messages",
  framing: sse,
  readEnvelope,
  parseRequest,
  createWriter,
  renderAnswer,
  renderError,
  renderStreamError,
  // A real event: Claude Code drops a stream that is silent for five minutes.
  keepAlive: PING,
  renderRequest,
  createReader,
  readAnswer,
  readUsage,
  readFailure: failureOf,
};
