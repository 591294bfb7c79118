import type { JsonObject } from "../../core/json.ts";
import { invalidField } from "../checked.ts";
import type { Envelope } from "../dialect.ts";
import { objectIn } from "../lenient.ts";
import {
  flag,
  optionalText,
  positiveInteger,
  readTags,
  requiredMessages,
  requiredText,
} from "../envelope-fields.ts";

export function readEnvelope(body: JsonObject): Envelope {
  const model = requiredText(body, "model");
  requiredMessages(body);
  const maxOutputTokens = positiveInteger(body, "max_tokens");
  // The vendor demands a limit and says it in these words, which its users know.
  if (maxOutputTokens === undefined) throw invalidField("max_tokens", "Field required");
  return {
    model,
    stream: flag(body, "stream"),
    maxOutputTokens,
    choices: 1,
    // Token counts are part of every stream in this grammar.
    streamUsage: true,
    endUser: optionalText(objectIn(body.metadata).user_id),
    tags: readTags(body),
  };
}
