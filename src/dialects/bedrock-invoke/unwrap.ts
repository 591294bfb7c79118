import { createBodyPatch } from "../../core/body-patch.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RequestBody, RouteTarget, Unwrapped } from "../dialect.ts";

/**
 * The body as Anthropic's own API would be sent it. Flags stay in it, too: who writes them for
 * Bedrock has chosen among those Bedrock knows.
 */
export function unwrap(body: RequestBody, { model, stream }: RouteTarget): Unwrapped {
  const { anthropic_beta: flags } = body.value;
  const patch = createBodyPatch(body.text, body.value);
  patch.delete("anthropic_version");
  if (model !== undefined) patch.set("model", model);
  if (stream !== undefined) patch.set("stream", stream);
  const betas = Array.isArray(flags) ? flags.filter((flag) => typeof flag === "string") : [];
  return { body: bodyOf(patch.text(), body.value, { model, stream }), betas };
}

function bodyOf(text: string, value: JsonObject, { model, stream }: RouteTarget): RequestBody {
  const { anthropic_version: _, ...rest } = value;
  return {
    text,
    value: {
      ...rest,
      ...(model === undefined ? {} : { model }),
      ...(stream === undefined ? {} : { stream }),
    },
  };
}
