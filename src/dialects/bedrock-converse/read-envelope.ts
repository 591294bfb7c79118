import type { BodyPatch } from "../../core/body-patch.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { invalidField, unsupported } from "../checked.ts";
import type { Envelope, RequestBody, RouteTarget, Unwrapped } from "../dialect.ts";
import {
  optionalText,
  positiveInteger,
  readTags,
  requiredMessages,
  requiredText,
} from "../envelope-fields.ts";
import { objectIn } from "../lenient.ts";

/** Model and streaming are said by the URL here. */
export function readEnvelope(body: JsonObject, target: RouteTarget = {}): Envelope {
  const model = requiredText({ model: target.model ?? body.model }, "model");
  requiredMessages(body);
  refuseForeign(body);
  return {
    model,
    stream: target.stream ?? false,
    maxOutputTokens: maxTokensOf(body),
    choices: 1,
    // Token counts are part of every stream in this grammar.
    streamUsage: true,
    endUser: optionalText(objectIn(body.requestMetadata).user_id),
    tags: readTags(body),
  };
}

function maxTokensOf({ inferenceConfig }: JsonObject): number | undefined {
  if (inferenceConfig === undefined || inferenceConfig === null) return undefined;
  if (!isJsonObject(inferenceConfig)) throw invalidField("inferenceConfig", "expected an object");
  const path = "inferenceConfig.maxTokens";
  return positiveInteger({ [path]: inferenceConfig.maxTokens }, path);
}

/**
 * What belongs to an AWS account, which here is the gateway's and not the caller's, and what is billed
 * above the price of the model. Refused wherever the call would go.
 */
function refuseForeign(body: JsonObject): void {
  for (const name of ["guardrailConfig", "promptVariables"]) {
    if (body[name] === undefined || body[name] === null) continue;
    throw unsupported(name, "it is stored in an AWS account, and yours is not asked; leave it out");
  }
  refusePremium("performanceConfig.latency", objectIn(body.performanceConfig).latency, "optimized");
  refusePremium("serviceTier.type", objectIn(body.serviceTier).type, "priority");
}

function refusePremium(path: string, value: unknown, premium: string): void {
  if (value !== premium) return;
  const advice = `"${premium}" is billed above the price the gateway knows; leave it out`;
  throw unsupported(path, advice);
}

/** The body stays as it is; the flags in it are heard wherever flags are. */
export function unwrap(body: RequestBody): Unwrapped {
  const { anthropic_beta: flags } = objectIn(body.value.additionalModelRequestFields);
  const betas = Array.isArray(flags) ? flags.filter((flag) => typeof flag === "string") : [];
  return { body, betas };
}

export function limitOutput(body: BodyPatch, outputTokensMax: number): void {
  const given = body.get("inferenceConfig");
  body.set("inferenceConfig", { ...objectIn(given), maxTokens: outputTokensMax });
}
