import { createBodyPatch, type BodyPatch } from "../core/body-patch.ts";
import { capabilitiesOf, type Capabilities } from "../core/capabilities.ts";
import type { JsonObject } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Asked, Attempt } from "./asked.ts";

/** Same grammar: the caller's own bytes, patched. Another grammar: written anew. */
export function renderBody({ attempt, dialect, dropped, upstream }: Asked): string {
  const { call, deployment, outputTokensMax } = attempt;
  const capabilities = capabilitiesOf(deployment.baseModel);
  const same = dialect.name === call.dialect.name;
  const rendered = same ? call.body.value : translate(attempt, dialect, dropped);
  const patch = createBodyPatch(same ? call.body.text : JSON.stringify(rendered), rendered);
  if (same) {
    patch.set("model", deployment.model);
    if (outputTokensMax !== undefined) limitOutput(patch, dialect, capabilities, outputTokensMax);
  }
  attempt.provider.adaptBody(patch, upstream);
  return patch.text();
}

function limitOutput(
  body: BodyPatch,
  dialect: UpstreamDialect,
  { maxTokensField }: Capabilities,
  outputTokensMax: number,
): void {
  if (dialect.limitOutput) dialect.limitOutput(body, outputTokensMax);
  else body.set(maxTokensField, outputTokensMax);
}

function translate(attempt: Attempt, dialect: UpstreamDialect, dropped: string[]): JsonObject {
  const { call, deployment, outputTokensMax } = attempt;
  const { model, baseModel } = deployment;
  const request = call.parsed();
  return dialect.renderRequest(
    outputTokensMax === undefined ? request : { ...request, maxOutputTokens: outputTokensMax },
    { model, baseModel, capabilities: capabilitiesOf(baseModel), dropped },
  );
}
