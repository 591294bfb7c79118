import type { UpstreamDialect } from "../dialect.ts";
import { readFailure } from "./failure.ts";
import { readAnswer } from "./read-answer.ts";
import { createReader } from "./read-stream.ts";
import { renderRequest } from "./render-request.ts";
import { readUsage } from "./usage.ts";

/** Cohere's Chat of its second API, as its Command models answer it. Nobody calls us in it. */
export const cohereChat: UpstreamDialect = {
  name: "cohere-chat",
  renderRequest,
  createReader,
  readAnswer,
  readUsage,
  readFailure,
};
