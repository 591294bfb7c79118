import { DEFAULT_FACTS, withOverlay } from "../facts/facts.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { isConnectionField } from "./connection.ts";
import type { Deployment, GatewayConfig } from "./deployment.ts";
import { readDeployments } from "./deployments.ts";
import { fileVariables, resolveReferences, variablesOf, type Variables } from "./environment.ts";
import { pathOf, type Problem, type Report } from "./problem.ts";
import { fileSchema, type ConfigFile } from "./schema.ts";
import { readRouterSettings, readSettings } from "./settings.ts";
import { reportUnusedSettings } from "./unused-settings.ts";

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
  const deployments = readDeployments(sources, report);
  const groups = groupsOf(deployments);
  const aliases = readAliases(file, groups, report);
  warnOfUnusable(deployments, report);
  warnOfUnresolved(unresolved, report);
  if (report.problems.length > 0) return { ok: false, ...report };
  const config: GatewayConfig = {
    version,
    deployments,
    groups,
    aliases,
    router: readRouterSettings(file),
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
  groups: ReadonlyMap<string, unknown>,
  report: Report,
): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const [name, alias] of Object.entries(file.router_settings?.model_group_alias ?? {})) {
    const path = pathOf(["router_settings", "model_group_alias", name]);
    const target = typeof alias === "string" ? alias : alias.model;
    if (typeof alias !== "string" && alias["hidden"] === true) {
      report.warnings.push({ path, message: "not supported yet: hidden" });
    }
    if (groups.has(name)) {
      report.problems.push({
        path,
        message: `"${name}" is a model_name already: keep one of them`,
      });
    } else if (!groups.has(target)) {
      const message = `points to "${target}", which no entry of model_list has as its model_name`;
      report.problems.push({ path, message });
    }
    aliases.set(name, target);
  }
  return aliases;
}

/** Not wrong, but better said at the start than found out by a caller. */
function warnOfUnusable(deployments: readonly Deployment[], report: Report): void {
  if (deployments.length === 0) {
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
