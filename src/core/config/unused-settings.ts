import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { referenceIn } from "./environment.ts";
import {
  CREDENTIAL_ENTRY,
  FILE,
  GENERAL_SETTINGS,
  isSecretField,
  LITELLM_PARAMS,
  LITELLM_SETTINGS,
  MODEL_ENTRY,
  MODEL_INFO_LATER,
  ROUTER_SETTINGS,
  SEKISHO_SETTINGS,
  type KnownSettings,
} from "./known-settings.ts";
import { looksLikePrice, priceFieldOf, unitFieldOf } from "./pricing.ts";
import { pathOf, type Problem } from "./problem.ts";

const SECTIONS: readonly [string, KnownSettings][] = [
  ["router_settings", ROUTER_SETTINGS],
  ["litellm_settings", LITELLM_SETTINGS],
  ["general_settings", GENERAL_SETTINGS],
  ["sekisho_settings", SEKISHO_SETTINGS],
];

/**
 * Everything in the file that has no effect, by name, so that nobody believes in a limit that is not
 * kept; and secrets that stand in the file itself, which is bundled with the Worker.
 */
export function reportUnusedSettings(raw: JsonObject): Problem[] {
  const warnings = unused(raw, FILE, []);
  for (const [name, known] of SECTIONS) warnings.push(...unused(raw[name], known, [name]));
  for (const [index, entry] of listOf(raw["model_list"]).entries()) {
    warnings.push(...unusedInModel(entry, ["model_list", index]));
  }
  for (const [index, entry] of listOf(raw["credential_list"]).entries()) {
    const steps = ["credential_list", index];
    warnings.push(...unused(entry, CREDENTIAL_ENTRY, steps));
    const values = isJsonObject(entry) ? entry["credential_values"] : undefined;
    warnings.push(...literalSecrets(values, [...steps, "credential_values"]));
  }
  warnings.push(...literalSecrets(raw["environment_variables"], ["environment_variables"]));
  return [...warnings, ...masterKeyElsewhere(raw["general_settings"])];
}

function unusedInModel(entry: Json, steps: PropertyKey[]): Problem[] {
  if (!isJsonObject(entry)) return [];
  const { litellm_params: params, model_info: info } = entry;
  const paramsSteps = [...steps, "litellm_params"];
  return [
    ...unused(entry, MODEL_ENTRY, steps),
    ...unused(params, LITELLM_PARAMS, paramsSteps),
    ...unusedInfo(info, [...steps, "model_info"]),
    ...literalSecrets(params, paramsSteps),
  ];
}

function unused(section: Json | undefined, known: KnownSettings, steps: PropertyKey[]): Problem[] {
  return membersOf(section).flatMap(([name]) => {
    const message = fateOf(name, known);
    return message === undefined ? [] : [{ path: pathOf([...steps, name]), message }];
  });
}

/** What happens to a setting that is not acted on. */
function fateOf(name: string, known: KnownSettings): string | undefined {
  if (known.acted.has(name)) return undefined;
  const reason = known.needless.get(name);
  if (reason !== undefined) return `not needed here: ${reason}`;
  if (known === LITELLM_PARAMS && isPrice(name)) return undefined;
  const isLater = known.later.has(name) || (known === LITELLM_PARAMS && looksLikePrice(name));
  return isLater ? `not supported yet: ${name}` : `unknown setting: ${name}`;
}

function unusedInfo(info: Json | undefined, steps: PropertyKey[]): Problem[] {
  return membersOf(info).flatMap(([name, value]) => {
    const path = pathOf([...steps, name]);
    const isOtherPrice = looksLikePrice(name) && !isPrice(name);
    if (MODEL_INFO_LATER.has(name) || isOtherPrice) {
      return [{ path, message: `not supported yet: ${name}` }];
    }
    const isMode = name === "mode" && typeof value === "string" && referenceIn(value) === undefined;
    return isMode && !MODES.has(value)
      ? [{ path, message: `not supported yet: mode ${value}` }]
      : [];
  });
}

function isPrice(name: string): boolean {
  return priceFieldOf(name) !== undefined || unitFieldOf(name) !== undefined;
}

/** LiteLLM's kinds of models that are served. */
const MODES = new Set([
  "chat",
  "completion",
  "responses",
  "embedding",
  "rerank",
  "moderation",
  "image_generation",
  "audio_transcription",
  "audio_speech",
]);

function literalSecrets(section: Json | undefined, steps: PropertyKey[]): Problem[] {
  return membersOf(section).flatMap(([name, value]) => {
    const isText = typeof value === "string" || isJsonObject(value);
    if (!isText || value === "" || !isSecretField(name) || referenceIn(value) !== undefined)
      return [];
    const message =
      "a secret stands in the file: keep it in a Worker secret and write os.environ/NAME here";
    return [{ path: pathOf([...steps, name]), message }];
  });
}

const MASTER_KEY = "LITELLM_MASTER_KEY";

/** The key is needed before the configuration is read, so it is one variable everywhere. */
function masterKeyElsewhere(general: Json | undefined): Problem[] {
  const value = isJsonObject(general) ? general["master_key"] : undefined;
  if (value === undefined || value === null || referenceIn(value) === MASTER_KEY) return [];
  const message = `has no effect: set the secret ${MASTER_KEY}, and write os.environ/${MASTER_KEY} here`;
  return [{ path: pathOf(["general_settings", "master_key"]), message }];
}

function membersOf(section: Json | undefined): [string, Json | undefined][] {
  return isJsonObject(section) ? Object.entries(section) : [];
}

function listOf(section: Json | undefined): Json[] {
  return Array.isArray(section) ? section : [];
}
