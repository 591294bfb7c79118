import { anthropicMessages } from "../anthropic-messages/index.ts";
import { renderAwsError, renderAwsStreamError } from "../aws-errors.ts";
import type { CallerDialect } from "../dialect.ts";
import { chunkStream } from "./chunk-stream.ts";
import { unwrap } from "./unwrap.ts";

/**
 * Anthropic's grammar in Bedrock's InvokeModel: the URL says the model, events travel as base64 in
 * binary messages, and errors are AWS's.
 */
export const bedrockInvoke: CallerDialect = {
  ...anthropicMessages,
  framing: chunkStream,
  unwrap,
  renderError: renderAwsError,
  renderStreamError: renderAwsStreamError,
};
