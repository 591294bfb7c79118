import type { JsonObject } from "../../core/json.ts";
import type { Envelope, RouteTarget } from "../dialect.ts";
import {
  flag,
  optionalText,
  positiveInteger,
  readTags,
  requiredMessages,
  requiredText,
} from "../envelope-fields.ts";
import { objectIn } from "../lenient.ts";

export function readEnvelope(body: JsonObject, target: RouteTarget = {}): Envelope {
  // Azure's SDK names the deployment in the path, and the body's model means nothing then.
  const model = target.model ?? requiredText(body, "model");
  requiredMessages(body);
  const streamOptions = objectIn(body.stream_options);
  const older = positiveInteger(body, "max_tokens");
  return {
    model,
    stream: flag(body, "stream"),
    maxOutputTokens: positiveInteger(body, "max_completion_tokens") ?? older,
    choices: positiveInteger(body, "n") ?? 1,
    streamUsage: streamOptions.include_usage === true,
    endUser: optionalText(body.user) ?? optionalText(body.safety_identifier),
    tags: readTags(body),
  };
}
