import { capabilitiesOf } from "../../core/capabilities.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { anthropicMessages } from "../anthropic-messages/index.ts";
import { bedrockConverse } from "../bedrock-converse/index.ts";
import { invalidField } from "../checked.ts";
import type { CallerDialect, RequestBody, RouteTarget, Unwrapped } from "../dialect.ts";
import { objectIn } from "../lenient.ts";
import { bedrockInvoke } from "./index.ts";
import { unwrap } from "./unwrap.ts";

/** CountTokens takes the body of the call it counts for, InvokeModel's or Converse's, as a member. */
export const bedrockCount: CallerDialect = {
  ...bedrockInvoke,
  unwrap: unwrapCounted,
  renderTokenCount: (inputTokens) => ({ inputTokens }),
};

function unwrapCounted({ value }: RequestBody, { model }: RouteTarget): Unwrapped {
  const { invokeModel, converse } = objectIn(value.input);
  if (isJsonObject(invokeModel)) return unwrap(bodyOf(invokedBody(invokeModel)), { model });
  if (isJsonObject(converse)) return { body: bodyOf(asMessages(converse, model)), betas: [] };
  throw invalidField("input", "expected invokeModel or converse");
}

function invokedBody({ body }: JsonObject): JsonObject {
  const parsed = typeof body === "string" ? parseJson(textOf(body)) : undefined;
  if (isJsonObject(parsed)) return parsed;
  throw invalidField("input.invokeModel.body", "expected a JSON object in base64");
}

function textOf(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return "";
  }
}

/** Vendors count in Anthropic's grammar, whatever the prompt was written in. */
function asMessages(converse: JsonObject, model = ""): JsonObject {
  const request = bedrockConverse.parseRequest(converse, { model });
  const { max_tokens: _, ...prompt } = anthropicMessages.renderRequest(request, {
    model,
    capabilities: capabilitiesOf(model),
    dropped: [],
  });
  return prompt;
}

function bodyOf(value: JsonObject): RequestBody {
  return { text: JSON.stringify(value), value };
}
