import type { Json, JsonObject } from "../json.ts";
import { isJsonObject } from "../json.ts";
import type { Deployment, GatewayConfig, WildcardGroup } from "./deployment.ts";
import { secretNames, type Variables } from "./environment.ts";
import { groupsOf, loadConfig } from "./load.ts";
import { withModelFacts } from "./model-facts.ts";
import { pathOf, type Problem } from "./problem.ts";
import { connectionProblems } from "./upstream-address.ts";
import { joinWildcards, mapWildcards } from "./wildcard-lists.ts";
import { fillPattern } from "./wildcards.ts";

/** A configuration file, and what it was read from. */
export interface ConfigSource {
  raw: unknown;
  variables: Variables;
  config: GatewayConfig;
}

/** An entry of `model_list` that was added while the gateway runs. */
export interface RuntimeModel {
  id: string;
  name: string;
  params: JsonObject;
  info: JsonObject;
}

export interface RuntimeCredential {
  name: string;
  values: JsonObject;
}

/** What is said beside the file, while the gateway runs. Secrets are open here. */
export interface RuntimeParts {
  models: readonly RuntimeModel[];
  credentials: readonly RuntimeCredential[];
  /** A document of facts, laid over everything else that is known. */
  modelFacts: Json | undefined;
}

/** A part that could not be used. The others are not stopped by it. */
export interface LeftOut {
  part: "model" | "model_facts";
  id: string;
  problems: Problem[];
}

export interface Combined {
  config: GatewayConfig;
  left: LeftOut[];
  /** Id of a model → what of it has no effect. */
  warnings: ReadonlyMap<string, Problem[]>;
}

/**
 * The configuration file with what was added beside it. A model joins the group of its name; one with
 * the id of an entry in the file takes that entry's place. Paths in problems begin at the model.
 */
export function withRuntimeParts(
  source: ConfigSource,
  parts: RuntimeParts,
  version: string,
): Combined {
  const read = readModels(source, parts);
  const extended = { ...extend(source.config, read), version };
  if (parts.modelFacts === undefined) return { config: extended, ...read };
  const told = withModelFacts(extended, parts.modelFacts);
  if (told.ok) return { config: told.config, ...read };
  const facts: LeftOut = { part: "model_facts", id: "model_facts", problems: told.problems };
  return { config: extended, ...read, left: [...read.left, facts] };
}

function extend(base: GatewayConfig, added: ReadModels): GatewayConfig {
  const ids = new Set(added.deployments.map((one) => one.id));
  const kept = base.deployments.filter((one) => !ids.has(one.id));
  const deployments = [...kept, ...added.deployments];
  const wildcards = joinWildcards(base.wildcards, added.wildcards);
  return { ...base, deployments, groups: groupsOf(deployments), wildcards };
}

interface ReadModels {
  deployments: Deployment[];
  wildcards: WildcardGroup[];
  left: LeftOut[];
  warnings: Map<string, Problem[]>;
}

/** Models are read by the file's own rules; those with problems go out until the others load. */
function readModels(source: ConfigSource, parts: RuntimeParts): ReadModels {
  const left: LeftOut[] = [];
  let models = parts.models;
  for (;;) {
    const loaded = loadConfig(
      fileOf(source, models, parts),
      "",
      withoutOwnSecrets(source.variables),
    );
    const warnings = byModel(models, loaded.warnings);
    const deployments = loaded.ok ? loaded.config.deployments.map(asStored) : [];
    const wildcards = loaded.ok ? mapWildcards(loaded.config.wildcards, asStored) : [];
    const problems = loaded.ok
      ? problemsOf(models, { deployments, wildcards, warnings }, source.config)
      : blame(models, loaded.problems);
    if (problems.size === 0) return { deployments, wildcards, left, warnings };
    left.push(...[...problems].map(([id, all]) => ({ part: "model" as const, id, problems: all })));
    models = models.filter((one) => !problems.has(one.id));
  }
}

const asStored = (one: Deployment): Deployment => ({ ...one, stored: true });

/** A file with these models only, under the settings of the real one. */
function fileOf({ raw }: ConfigSource, models: readonly RuntimeModel[], parts: RuntimeParts): Json {
  const {
    model_list: _,
    router_settings: __,
    credential_list: written,
    ...settings
  } = isJsonObject(raw) ? raw : {};
  const names = new Set(parts.credentials.map((one) => one.name));
  const inFile = Array.isArray(written) ? written : [];
  return {
    ...settings,
    model_list: models.map(({ id, name, params, info }) => ({
      model_name: name,
      litellm_params: params,
      model_info: { ...info, id },
    })),
    credential_list: [
      ...parts.credentials.map(({ name, values }) => ({
        credential_name: name,
        credential_values: values,
      })),
      ...inFile.filter(
        (one) => !isJsonObject(one) || !names.has(String(one["credential_name"] ?? "")),
      ),
    ],
  };
}

/** A problem of no model in particular stands in the way of all. */
function blame(
  models: readonly RuntimeModel[],
  problems: readonly Problem[],
): Map<string, Problem[]> {
  const found = byModel(models, problems);
  return found.size > 0 ? found : new Map(models.map(({ id }) => [id, [...problems]]));
}

/** `model_list[3].litellm_params.model` → `litellm_params.model`, at the fourth model. */
function byModel(
  models: readonly RuntimeModel[],
  problems: readonly Problem[],
): Map<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const { path, message } of problems) {
    const [, index, rest = ""] = /^model_list\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
    const concerned = index === undefined ? undefined : models[Number(index)];
    if (concerned === undefined) continue;
    found.set(concerned.id, [...(found.get(concerned.id) ?? []), { path: rest, message }]);
  }
  return found;
}

/** What the file's rules cannot see: who else has the name, and where the model would connect to. */
function problemsOf(
  models: readonly RuntimeModel[],
  { deployments, wildcards, warnings }: Omit<ReadModels, "left">,
  config: GatewayConfig,
): Map<string, Problem[]> {
  const made = new Map([...deployments, ...samplesOf(wildcards)].map((one) => [one.id, one]));
  const found = new Map<string, Problem[]>();
  for (const model of models) {
    // The file may hold entries that are left out with a warning; here somebody waits for an answer.
    const leftOut = (warnings.get(model.id) ?? []).filter(({ path }) => path === "");
    const problems = [
      ...placeProblems(made.get(model.id), leftOut, config),
      ...nameProblems(model, config),
    ];
    if (problems.length > 0) found.set(model.id, problems);
  }
  return found;
}

/** What patterns make of some name, to see where they lead. */
function samplesOf(wildcards: readonly WildcardGroup[]): Deployment[] {
  return wildcards.flatMap(({ pattern, deploymentsFor }) =>
    // A star alone takes the provider from the caller's word too.
    deploymentsFor(fillPattern(pattern, [pattern === "*" ? "openai/model" : "model"])),
  );
}

function placeProblems(
  made: Deployment | undefined,
  leftOut: Problem[],
  { settings }: GatewayConfig,
): Problem[] {
  if (made === undefined) return leftOut.length === 0 ? [UNREADABLE] : leftOut;
  return connectionProblems(made.connection, settings.privateUpstreams).map(inParams);
}

const UNREADABLE: Problem = { path: "", message: "cannot be used" };

function inParams({ path, message }: Problem): Problem {
  return { path: `litellm_params.${path}`, message };
}

function nameProblems({ name, params }: RuntimeModel, { aliases }: GatewayConfig): Problem[] {
  const message = `"${name}" is an alias in router_settings.model_group_alias: choose another name`;
  return [
    ...(aliases.has(name) ? [{ path: "model_name", message }] : []),
    ...ownSecretProblems(params, "litellm_params"),
  ];
}

/** The gateway's own secrets open everything it guards, so nothing that is added may send them away. */
export function ownSecretProblems(values: JsonObject, path: string): Problem[] {
  return Object.entries(values).flatMap(([name, value]) =>
    secretNames(value).some(isOwnSecret)
      ? [{ path: pathOf([path, name]), message: "must not refer to a secret of the gateway's own" }]
      : [],
  );
}

function isOwnSecret(name: string): boolean {
  return name === "LITELLM_MASTER_KEY" || name.startsWith("SEKISHO_");
}

function withoutOwnSecrets(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !isOwnSecret(name)));
}
