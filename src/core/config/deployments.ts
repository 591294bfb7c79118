import type { Facts } from "../facts/facts.ts";
import { resolveFacts } from "../facts/resolve.ts";
import type { JsonObject } from "../json.ts";
import { findPrice } from "../prices.ts";
import { readConnection } from "./connection.ts";
import { deploymentId } from "./deployment-id.ts";
import type { Deployment, Settings } from "./deployment.ts";
import { readModelName, type ModelName } from "./model-name.ts";
import { completePrice, readStatedPrice } from "./pricing.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile, ModelEntry } from "./schema.ts";
import { milliseconds } from "./settings.ts";

export interface DeploymentSources {
  file: ConfigFile;
  /** `model_list` as it was written; ids are made of it. */
  written: readonly { group: string; params: JsonObject }[];
  /** Path of a reference whose variable is not set → the variable. */
  unresolved: ReadonlyMap<string, string>;
  variables: ReadonlyMap<string, string>;
  settings: Settings;
  facts: Facts;
}

/** LiteLLM tries entries that state an order before those that do not. */
const ORDER_LAST = 1_000_000;

/** The entries of `model_list`, each as a place to call; entries that cannot be used are reported. */
export function readDeployments(sources: DeploymentSources, report: Report): Deployment[] {
  const taken = new Map<string, number>();
  return (sources.file.model_list ?? []).flatMap((entry, index) => {
    const path = pathOf(["model_list", index]);
    const name = readName(entry, path, report);
    if (name === undefined) return [];
    const id = readId(entry, index, taken, sources, report);
    return [readDeployment({ entry, index, path, name, id }, sources, report)];
  });
}

function readName(entry: ModelEntry, path: string, report: Report): ModelName | undefined {
  const { model, custom_llm_provider: custom } = entry.litellm_params;
  if (entry.model_name.includes("*") || model.includes("*")) {
    const message = "not supported yet: wildcards; the entry is left out, name each model instead";
    report.warnings.push({ path, message });
    return undefined;
  }
  const name = readModelName(model, custom);
  if (typeof name !== "string") return name;
  report.problems.push({ path: `${path}.litellm_params.model`, message: name });
  return undefined;
}

function readId(
  entry: ModelEntry,
  index: number,
  taken: Map<string, number>,
  { written }: DeploymentSources,
  report: Report,
): string {
  const stated = entry.model_info?.id;
  const source = written[index] ?? { group: entry.model_name, params: {} };
  const id = stated ?? deploymentId(source.group, source.params);
  const times = taken.get(id) ?? 0;
  taken.set(id, times + 1);
  if (times > 0 && stated !== undefined) {
    const path = pathOf(["model_list", index, "model_info", "id"]);
    report.problems.push({ path, message: `"${id}" is the id of another entry: choose another` });
  }
  // The same entry written twice is two places to call, as in LiteLLM.
  return times === 0 ? id : `${id}-${times + 1}`;
}

interface Entry {
  entry: ModelEntry;
  index: number;
  path: string;
  name: ModelName;
  id: string;
}

function readDeployment(read: Entry, sources: DeploymentSources, report: Report): Deployment {
  const { entry, path, name } = read;
  const { litellm_params: params, model_info: info = {} } = entry;
  const credential = findCredential(read, sources, report);
  const unresolved = {
    ...credential.unresolved,
    ...unresolvedUnder(`${path}.litellm_params`, sources.unresolved),
  };
  const connection = readConnection(
    {
      provider: name.provider,
      params: { ...credential.values, ...params },
      unresolved,
      region: name.region,
      variables: sources.variables,
      path: `${path}.litellm_params`,
    },
    report.warnings,
  );
  const baseModel = info.base_model ?? name.model;
  const stated = readStatedPrice(
    [
      { path: `${path}.litellm_params`, values: params },
      { path: `${path}.model_info`, values: info },
    ],
    report,
  );
  const location = connection.vertex_location ?? connection.aws_region_name;
  const listed = findPrice(name.provider, baseModel, location);
  return {
    id: read.id,
    group: entry.model_name,
    provider: name.provider,
    model: name.model,
    route: name.route,
    baseModel,
    connection,
    unresolved,
    weight: params.weight,
    rpm: params.rpm,
    tpm: params.tpm,
    order: params.order ?? ORDER_LAST,
    timeoutMs: optionalMilliseconds(params.timeout),
    streamTimeoutMs: optionalMilliseconds(params.stream_timeout),
    maxRetries: params.num_retries ?? params.max_retries,
    tags: params.tags ?? [],
    accessGroups: info.access_groups ?? [],
    dropParams: params.drop_params ?? sources.settings.dropParams,
    price: completePrice(stated, listed, sources.settings.unpricedModels, info.mode),
    modelInfo: info,
    facts: resolveFacts(sources.facts, { provider: name.provider, baseModel, modelInfo: info }),
  };
}

function optionalMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : milliseconds(seconds);
}

interface Credential {
  values: Readonly<Record<string, unknown>>;
  unresolved: Record<string, string>;
}

/** The values `litellm_credential_name` refers to; the entry's own come before them. */
function findCredential(read: Entry, sources: DeploymentSources, report: Report): Credential {
  const name = read.entry.litellm_params.litellm_credential_name;
  const none: Credential = { values: {}, unresolved: {} };
  if (name === undefined) return none;
  const list = sources.file.credential_list ?? [];
  const index = list.findIndex((one) => one.credential_name === name);
  const found = list[index];
  if (found === undefined) {
    const path = `${read.path}.litellm_params.litellm_credential_name`;
    report.problems.push({ path, message: `"${name}" is not in credential_list` });
    return none;
  }
  const path = pathOf(["credential_list", index, "credential_values"]);
  return {
    values: found.credential_values,
    unresolved: unresolvedUnder(path, sources.unresolved),
  };
}

/** Field → variable, for references below this path. */
function unresolvedUnder(
  path: string,
  unresolved: ReadonlyMap<string, string>,
): Record<string, string> {
  const fields = [...unresolved].flatMap(([at, variable]) => {
    const field = at.startsWith(`${path}.`)
      ? /^\w+/.exec(at.slice(path.length + 1))?.[0]
      : undefined;
    return field === undefined ? [] : [[field, variable] as const];
  });
  return Object.fromEntries(fields);
}
