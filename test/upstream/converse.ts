import { bedrockFailures, refuse, requestId } from "./bedrock-errors.ts";
import { answerConverse } from "./converse-answer.ts";
import { findConverseModel } from "./converse-models.ts";
import type { ConverseModel } from "./converse-models.ts";
import { converseProblem } from "./converse-rules.ts";
import { encodeFrame } from "./eventstream.ts";
import { jsonReply } from "./exchange.ts";
import type { Exchange, Outcome } from "./exchange.ts";
import { isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import type { State } from "./state.ts";
import { BYTES_PER_TOKEN } from "./tokens.ts";

export interface ConverseTarget {
  id: string;
  region: string;
  isStream: boolean;
}

/** `POST /bedrock/{region}/model/{id}/converse` and `converse-stream`. */
export function converse(exchange: Exchange, target: ConverseTarget, state: State): Outcome {
  const { id, region, isStream } = target;
  const found = findConverseModel(id, region, state.credentials.bedrockProfileArn);
  if (!("model" in found)) return { ...refuse(found.status, found.type, found.message), region };
  const { model } = found;
  const { body } = exchange;
  const problem = isObject(body)
    ? (converseProblem(body, model, state.signatures) ?? lengthProblem(exchange, model))
    : "The request body is not a JSON object.";
  if (problem !== undefined || !isObject(body))
    return { ...refuse(400, "ValidationException", problem ?? ""), region, model: model.name };
  return {
    kind: "call",
    vendor: "bedrock",
    region,
    model: model.name,
    failures: bedrockFailures,
    answer(wish) {
      const answer = answerConverse(body, model, `converse ${region}`, wish, {
        cache: state.cache,
        signatures: state.signatures,
        nowMs: exchange.now.getTime(),
      });
      if (!isStream) return jsonReply(200, answer.whole, requestId());
      const headers = { "content-type": "application/vnd.amazon.eventstream", ...requestId() };
      return { kind: "stream", headers, chunks: answer.events.map(frameOf) };
    },
  };
}

function lengthProblem({ rawBody }: Exchange, model: ConverseModel): string | undefined {
  const isTooLong = rawBody.length / BYTES_PER_TOKEN > model.contextTokens;
  return isTooLong ? "Input is too long for requested model." : undefined;
}

/** `p` hides the length of a token from whoever watches the line. */
function frameOf({ type, message }: { type: string; message: JsonObject }): Buffer {
  const text = JSON.stringify(message);
  const headers = {
    ":event-type": type,
    ":content-type": "application/json",
    ":message-type": "event",
  };
  return encodeFrame(
    headers,
    JSON.stringify({ ...message, p: "abcdefgh".slice(0, 1 + (text.length % 8)) }),
  );
}
