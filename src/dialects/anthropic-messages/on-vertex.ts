import { createBodyPatch } from "../../core/body-patch.ts";
import type { Json } from "../../core/json.ts";
import type { CallerDialect, RequestBody, RouteTarget, Unwrapped } from "../dialect.ts";
import { anthropicMessages } from "./index.ts";

/**
 * The grammar in Vertex AI's envelope: the URL names the model and says whether to stream, and the
 * body brings the surface's version and sometimes the flags.
 */
export const claudeOnVertex: CallerDialect = { ...anthropicMessages, unwrap };

function unwrap({ text, value }: RequestBody, { model, stream }: RouteTarget): Unwrapped {
  const { anthropic_version: _version, anthropic_beta: flags, ...rest } = value;
  const said = { ...(model !== undefined && { model }), ...(stream === true && { stream }) };
  const patch = createBodyPatch(text, value);
  for (const name of ["anthropic_version", "anthropic_beta"]) patch.delete(name);
  for (const [name, member] of Object.entries(said)) patch.set(name, member);
  return { body: { text: patch.text(), value: { ...rest, ...said } }, betas: flagsIn(flags) };
}

function flagsIn(flags: Json | undefined): string[] {
  const list = Array.isArray(flags) ? flags : [flags];
  return list.filter((flag) => typeof flag === "string");
}
