import * as z from "zod";
import { isSecretField } from "../../core/config/known-settings.ts";
import { referenceIn } from "../../core/config/environment.ts";
import type { Problem } from "../../core/config/problem.ts";
import type { RuntimeModel } from "../../core/config/runtime-parts.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { MASK } from "../../platform/sealed-fields.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";

const modelInfo = field.object.refine(({ id = null }) => field.optionalText.safeParse(id).success, {
  path: ["id"],
  message: "must be text",
});

export const NewModelBody = z.object({
  model_name: field.text,
  litellm_params: field.object,
  model_info: modelInfo.nullable().optional(),
});

export const ModelChanges = z.object({
  model_name: field.text.nullable().optional(),
  litellm_params: field.optionalObject,
  model_info: modelInfo.nullable().optional(),
});

export type ModelChanges = z.output<typeof ModelChanges>;

export function idIn(info: JsonObject | null | undefined): string | undefined {
  const id = info?.["id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Words the gateway says of a model itself, and which therefore come back with what clients read. */
const OWN_WORDS = ["id", "db_model", "key", "litellm_provider"];

export function withoutOwnWords(info: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(info).filter(([name]) => !OWN_WORDS.includes(name)));
}

/**
 * Throws unless the model would serve: whatever the configuration file is held to, and what would be
 * dangerous or secret where it stands. Answers what of it has no effect.
 */
export async function requireUsable(model: RuntimeModel, deps: AdminDeps): Promise<Problem[]> {
  // Credentials may have been added elsewhere a moment ago.
  const { parts } = await deps.runtime.reload();
  const { left, warnings } = deps.runtime.combine({ ...parts, models: [model] });
  const problems = [
    ...left.filter((one) => one.part === "model").flatMap((one) => one.problems),
    ...maskProblems(model.params, "litellm_params"),
    ...infoProblems(model.info),
  ];
  if (problems.length > 0) throw refusal(problems);
  return warnings.get(model.id) ?? [];
}

export function refusal(problems: readonly Problem[]): GatewayError {
  const lines = problems.map(({ path, message }) =>
    path === "" ? message : `${path}: ${message}`,
  );
  return new GatewayError("invalid_request", lines.join("; "), { param: problems[0]?.path ?? "" });
}

/** A mask that came back as if it were the secret. */
export function maskProblems(values: JsonObject, path: string): Problem[] {
  const masked = Object.entries(values).filter(([, value]) => value === MASK);
  const message = "is the mask of a secret: send the secret itself";
  return masked.map(([name]) => ({ path: `${path}.${name}`, message }));
}

function infoProblems(info: JsonObject): Problem[] {
  return [...secretProblems(info, "model_info"), ...unkeptLimits(info)];
}

/** Where things are told to everybody, no secret may stand. */
export function secretProblems(values: JsonObject, path: string): Problem[] {
  const message = "looks like a secret and is told to callers: keep it in litellm_params";
  return Object.entries(values).flatMap(([name, value]) =>
    isSecretField(name) && typeof value === "string" && referenceIn(value) === undefined
      ? [{ path: `${path}.${name}`, message }]
      : [],
  );
}

/** What is meant to keep callers out must not be stored as if it did. */
function unkeptLimits({ team_id: team, blocked }: JsonObject): Problem[] {
  const message = "not supported yet: give it access_groups, and those to the keys that may use it";
  return [
    ...(typeof team === "string" && team !== "" ? [{ path: "model_info.team_id", message }] : []),
    ...(blocked === true ? [{ path: "model_info.blocked", message: "delete the model" }] : []),
  ];
}
