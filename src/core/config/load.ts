import { DEFAULT_FACTS, withOverlay } from "../facts/facts.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { isConnectionField } from "./connection.ts";
import type { Deployment, GatewayConfig } from "./deployment.ts";
import { readDeployments } from "./deployments.ts";
import { fileVariables, resolveReferences, variablesOf, type Variables } from "./environment.ts";
import { readExperiments } from "./experiments.ts";
import { readFallbacks } from "./fallbacks.ts";
import { keyRouterReader } from "./key-router.ts";
import { pathOf, type Problem, type Report } from "./problem.ts";
import { fileSchema, type ConfigFile } from "./schema.ts";
import { readRouterSettings } from "./router-settings.ts";
import { readSettings } from "./settings.ts";
import { reportUnusedSettings } from "./unused-settings.ts";
import { findWildcard, wildcardGroups } from "./wildcards.ts";

export { secretNames } from "./environment.ts";
export type { Problem } from "./problem.ts";

export type LoadedConfig =
  | { ok: true; config: GatewayConfig; warnings: Problem[] }
  | { ok: false; problems: Problem[]; warnings: Problem[] };

/**
 * Reads a parsed `config.yaml`. All problems of a kind are told at once. A credential that is not
 * set is no problem: the deployment is kept, and says what it lacks when it is called.
 */
export function loadConfig(
  raw: unknown,
  version = "unversioned",
  environment: Variables = {},
): LoadedConfig {
  const written = raw ?? {};
  if (!isJsonObject(written)) {
    const message = "must be a mapping with sections such as model_list";
    return { ok: false, problems: [{ path: "", message }], warnings: [] };
  }
  const report: Report = { problems: [], warnings: reportUnusedSettings(written) };
  const variables = variablesOf(written, environment);
  const { value, unresolved } = resolveReferences(written, variables);
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    report.problems = parsed.error.issues.map((one) => ({
      path: pathOf(one.path),
      message: whyMissing(pathOf(one.path), unresolved) ?? one.message,
    }));
    return { ok: false, ...report };
  }
  const file = parsed.data;
  const settings = readSettings(file, report);
  const facts = withOverlay(DEFAULT_FACTS, file.sekisho_settings?.model_facts);
  const sources = { file, written: writtenModels(written), unresolved, variables, settings, facts };
  const { deployments, wildcards: entries } = readDeployments(sources, report);
  const groups = groupsOf(deployments);
  const wildcards = wildcardGroups(entries);
  const isServed = (name: string) =>
    groups.has(name) || findWildcard(name, wildcards) !== undefined;
  const aliases = readAliases(file, isServed, report);
  const findName = (name: string) => {
    const group = aliases.get(name) ?? name;
    return isServed(group) ? group : undefined;
  };
  const fallbacks = readFallbacks(file, findName, report);
  const router = readRouterSettings(file, fallbacks, report);
  const experiments = readExperiments(file.sekisho_settings?.experiments, isServed, report);
  refuseZeroWeights(file, report);
  warnOfUnusable(deployments, entries.length, report);
  warnOfUnresolved(unresolved, report);
  if (report.problems.length > 0) return { ok: false, ...report };
  const config: GatewayConfig = {
    version,
    deployments,
    groups,
    aliases,
    hiddenAliases: hiddenAliases(file),
    wildcards,
    router,
    routerFor: keyRouterReader(file, router, findName),
    experiments,
    settings,
    facts,
    environment: fileVariables(written, variables),
  };
  return { ok: true, config, warnings: report.warnings };
}

function whyMissing(path: string, unresolved: ReadonlyMap<string, string>): string | undefined {
  const variable = unresolved.get(path);
  return variable && `refers to the variable ${variable}, which is not set`;
}

function writtenModels(written: JsonObject): { group: string; params: JsonObject }[] {
  const list: Json[] = Array.isArray(written["model_list"]) ? written["model_list"] : [];
  return list.map((entry) => {
    const { model_name: name, litellm_params: params } = isJsonObject(entry) ? entry : {};
    return { group: String(name), params: isJsonObject(params) ? params : {} };
  });
}

/** Public name → its deployments, in their order. */
export function groupsOf(deployments: readonly Deployment[]): Map<string, Deployment[]> {
  const groups = new Map<string, Deployment[]>();
  for (const one of deployments) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

function readAliases(
  file: ConfigFile,
  isServed: (name: string) => boolean,
  report: Report,
): Map<string, string> {
  const names = new Set((file.model_list ?? []).map((entry) => entry.model_name));
  const aliases = new Map<string, string>();
  for (const [name, alias] of Object.entries(file.router_settings?.model_group_alias ?? {})) {
    const path = pathOf(["router_settings", "model_group_alias", name]);
    const target = typeof alias === "string" ? alias : alias.model;
    if (names.has(name)) {
      report.problems.push({
        path,
        message: `"${name}" is a model_name already: keep one of them`,
      });
    } else if (!isServed(target)) {
      const message = `points to "${target}", which no entry of model_list has as its model_name`;
      report.problems.push({ path, message });
    }
    aliases.set(name, target);
  }
  return aliases;
}

function hiddenAliases({ router_settings: router = {} }: ConfigFile): Set<string> {
  const written = Object.entries(router.model_group_alias ?? {});
  const hidden = written.filter(
    ([, alias]) => typeof alias !== "string" && alias["hidden"] === true,
  );
  return new Set(hidden.map(([name]) => name));
}

/** A deployment of weight zero is one for emergencies; a group of nothing else serves nobody. */
function refuseZeroWeights(file: ConfigFile, report: Report): void {
  const weights = new Map<string, { index: number; sum: number }>();
  for (const [index, { model_name: group, litellm_params: params }] of (
    file.model_list ?? []
  ).entries()) {
    const known = weights.get(group) ?? { index, sum: 0 };
    weights.set(group, { index: known.index, sum: known.sum + (params.weight ?? 1) });
  }
  for (const [group, { index, sum }] of weights) {
    if (sum > 0) continue;
    const path = pathOf(["model_list", index, "litellm_params", "weight"]);
    const message = `every deployment of "${group}" has the weight 0: give one of them more`;
    report.problems.push({ path, message });
  }
}

/** Not wrong, but better said at the start than found out by a caller. */
function warnOfUnusable(
  deployments: readonly Deployment[],
  wildcards: number,
  report: Report,
): void {
  if (deployments.length === 0 && wildcards === 0) {
    report.warnings.push({ path: "model_list", message: "is empty: no model can be called yet" });
  }
  const unpriced = deployments.filter((one) => one.price === undefined);
  for (const name of new Set(unpriced.map((one) => one.group))) {
    const message = `the price of "${name}" is unknown, so calls are refused: state input_cost_per_token and output_cost_per_token, a base_model, or sekisho_settings.unpriced_models`;
    report.warnings.push({ path: "model_list", message });
  }
}

/** Credentials may be missing, and providers name them then. Anything else was meant to have effect. */
function warnOfUnresolved(unresolved: ReadonlyMap<string, string>, report: Report): void {
  for (const [path, variable] of unresolved) {
    if (mayBeMissing(path)) continue;
    const message = `the variable ${variable} is not set, so this has no effect`;
    report.warnings.push({ path, message });
  }
}

function mayBeMissing(path: string): boolean {
  const field = /^model_list\[\d+\]\.litellm_params\.(\w+)/.exec(path)?.[1];
  if (field !== undefined) return isConnectionField(field);
  return /^(credential_list|environment_variables|general_settings\.master_key$)/.test(path);
}
