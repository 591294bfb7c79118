import type { JsonObject } from "../../core/json.ts";
import { invalidField, unsupported } from "../checked.ts";
import type { Envelope, RouteTarget } from "../dialect.ts";
import { flag, optionalText, positiveInteger, readTags, requiredText } from "../envelope-fields.ts";

export function readEnvelope(body: JsonObject, target: RouteTarget = {}): Envelope {
  // Azure's SDK names the deployment in the path, and the body's model means nothing then.
  const model = target.model ?? requiredText(body, "model");
  refuseUnowned(body);
  requireInput(body);
  return {
    model,
    stream: flag(body, "stream"),
    maxOutputTokens: positiveInteger(body, "max_output_tokens"),
    choices: 1,
    // Every stream of this grammar tells its counts.
    streamUsage: true,
    endUser: optionalText(body.user) ?? optionalText(body.safety_identifier),
    tags: readTags(body),
  };
}

/**
 * An answer made in the background is billed when it is done, which may be after everybody has left. A
 * conversation at the vendor belongs to the gateway's account there, so to everybody who knows its id.
 */
function refuseUnowned(body: JsonObject): void {
  if (body.background === true) {
    throw unsupported(
      "background",
      "nobody would be here to pay for the answer when it is done; leave it out",
    );
  }
  if (body.conversation) {
    throw unsupported(
      "conversation",
      'conversations are not kept here; go on from an answer with "previous_response_id", or send all of it in "input"',
    );
  }
}

/** The vendor itself keeps what these refer to, so that nothing new need be said. */
const STORED_INPUTS = ["previous_response_id", "prompt"];

function requireInput(body: JsonObject): void {
  const input = body.input ?? undefined;
  if (input === undefined) {
    if (STORED_INPUTS.some((name) => body[name])) return;
    throw invalidField("input", "Field required");
  }
  if (typeof input !== "string" && !Array.isArray(input))
    throw invalidField("input", "expected a string or a list of items");
  if (input.length === 0) throw invalidField("input", "at least one item is required");
}
