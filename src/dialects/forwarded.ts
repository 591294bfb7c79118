import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { invalidField } from "./checked.ts";
import type { CallerDialect, Envelope, RouteTarget } from "./dialect.ts";
import { optionalText, positiveInteger, readTags, requiredText } from "./envelope-fields.ts";
import { openAiChat } from "./openai-chat/index.ts";

/**
 * The caller's side of a call that is no conversation: as little of it is read as the gateway needs,
 * and errors are told as this grammar tells them.
 */
export function forwardedDialect(
  readEnvelope: CallerDialect["readEnvelope"],
  grammar: CallerDialect = openAiChat,
): CallerDialect {
  return {
    ...grammar,
    // Both are about conversations.
    unwrap: undefined,
    translatable: undefined,
    readEnvelope,
    parseRequest() {
      throw new GatewayError("internal_error", "This call is forwarded and never translated.");
    },
  };
}

/** What a body must have, and how much may be written in answer to it. */
export interface ForwardedShape {
  required: readonly string[];
  /** Tokens one answer may come to, where the vendor counts them. */
  outputTokensMax: number;
  /** Where callers may leave the model out. */
  usualModel?: string;
}

export function readForwardedEnvelope(
  body: JsonObject,
  { required, outputTokensMax, usualModel }: ForwardedShape,
  target: RouteTarget = {},
): Envelope {
  const named = target.model ?? optionalText(body.model) ?? usualModel;
  for (const name of required) requireMember(body, name);
  return {
    model: named ?? requiredText(body, "model"),
    stream: false,
    // Never clamped: the vendors have no parameter for it.
    maxOutputTokens: outputTokensMax,
    choices: positiveInteger(body, "n") ?? 1,
    streamUsage: false,
    endUser: optionalText(body.user),
    tags: readTags(body),
  };
}

function requireMember(body: JsonObject, name: string): void {
  const value = body[name];
  if (value === undefined || value === null) throw invalidField(name, "Field required");
  if (value === "" || (Array.isArray(value) && value.length === 0))
    throw invalidField(name, "must not be empty");
}
