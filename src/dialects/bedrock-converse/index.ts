import { renderAwsError, renderAwsStreamError } from "../aws-errors.ts";
import type { CallerDialect, UpstreamDialect } from "../dialect.ts";
import { failureOf } from "../failure.ts";
import { eventStream } from "../framing/event-stream.ts";
import { parseRequest } from "./parse-request.ts";
import { readAnswer } from "./read-answer.ts";
import { limitOutput, readEnvelope, unwrap } from "./read-envelope.ts";
import { createReader } from "./read-stream.ts";
import { renderAnswer } from "./render-answer.ts";
import { renderRequest } from "./render-request.ts";
import { readUsage } from "./usage.ts";
import { createWriter } from "./write-stream.ts";

/** Amazon Bedrock's Converse: one grammar for the models of all the vendors it hosts. */
export const bedrockConverse: CallerDialect & UpstreamDialect = {
  name: "bedrock-converse",
  framing: eventStream,
  unwrap,
  readEnvelope,
  parseRequest,
  createWriter,
  renderAnswer,
  renderError: renderAwsError,
  renderStreamError: renderAwsStreamError,
  keepAlive: undefined,
  renderRequest,
  limitOutput,
  createReader,
  readAnswer,
  readUsage,
  readFailure: failureOf,
};
