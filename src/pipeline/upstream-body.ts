import { createBodyPatch, type BodyPatch } from "../core/body-patch.ts";
import type { Capabilities } from "../core/capabilities.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { JsonObject } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Asked, Attempt } from "./asked.ts";
import type { Call } from "./call.ts";

/** Same grammar: the caller's own bytes, patched. Another grammar: written anew. */
export function renderBody({ attempt, dialect, dropped, upstream }: Asked): string {
  const { call, deployment, outputTokensMax, previousId } = attempt;
  const { capabilities } = deployment.facts;
  const same = dialect.name === call.dialect.name;
  const rendered = same ? call.body.value : translate(attempt, dialect, dropped);
  const patch = createBodyPatch(same ? call.body.text : JSON.stringify(rendered), rendered);
  if (same) {
    patch.set("model", deployment.model);
    if (previousId !== undefined) patch.set("previous_response_id", previousId);
    const limit = outputTokensMax ?? excessOf(call, deployment);
    if (limit !== undefined) limitOutput(patch, dialect, capabilities, limit);
  }
  attempt.provider.adaptBody(patch, upstream);
  return patch.text();
}

/** The most this model writes, when the caller asks for more; reserved was no more than that. */
function excessOf({ envelope }: Call, { facts }: Deployment): number | undefined {
  const isTooLong = (envelope.maxOutputTokens ?? 0) > facts.outputTokensMax;
  return isTooLong ? facts.outputTokensMax : undefined;
}

function limitOutput(
  body: BodyPatch,
  dialect: UpstreamDialect,
  { maxTokensField }: Capabilities,
  outputTokensMax: number,
): void {
  if (dialect.limitOutput) return dialect.limitOutput(body, outputTokensMax);
  const said = ["max_completion_tokens", "max_tokens"].find((name) => body.has(name));
  body.set(said ?? maxTokensField, outputTokensMax);
}

function translate(attempt: Attempt, dialect: UpstreamDialect, dropped: string[]): JsonObject {
  const { call, deployment, outputTokensMax } = attempt;
  const { model, baseModel, facts, dropParams } = deployment;
  const request = call.parsed(dropParams);
  return dialect.renderRequest(
    outputTokensMax === undefined ? request : { ...request, maxOutputTokens: outputTokensMax },
    { model, baseModel, capabilities: facts.capabilities, dropped },
  );
}
