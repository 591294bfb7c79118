import type { Facts } from "../facts/facts.ts";
import { resolveFacts } from "../facts/resolve.ts";
import type { JsonObject } from "../json.ts";
import { findPrice } from "../prices.ts";
import { readConnection } from "./connection.ts";
import { deploymentId } from "./deployment-id.ts";
import type { Deployment, Settings } from "./deployment.ts";
import { readErrorCounts } from "./error-counts.ts";
import { readModelName, type ModelName } from "./model-name.ts";
import { completePrice, readStatedPrice } from "./pricing.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile, ModelEntry } from "./schema.ts";
import { milliseconds } from "./settings.ts";
import { fillPattern, type WildcardEntry } from "./wildcards.ts";

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

export interface ModelList {
  deployments: Deployment[];
  /** Entries whose `model_name` has a star. */
  wildcards: WildcardEntry[];
}

/** The entries of `model_list`, each as a place to call; entries that cannot be used are reported. */
export function readDeployments(sources: DeploymentSources, report: Report): ModelList {
  const taken = new Map<string, number>();
  const list: ModelList = { deployments: [], wildcards: [] };
  for (const [index, entry] of (sources.file.model_list ?? []).entries()) {
    const path = pathOf(["model_list", index]);
    if (entry.model_name.includes("*")) {
      const id = readId(entry, index, taken, sources, report);
      list.wildcards.push(readWildcard({ entry, index, path, id }, sources, report));
      continue;
    }
    const name = readName(entry, path, report);
    if (name === undefined) continue;
    const id = readId(entry, index, taken, sources, report);
    list.deployments.push(readDeployment({ entry, index, path, name, id }, sources, report));
  }
  return list;
}

/** Stands for the caller's word while the file is checked. */
const SAMPLE = "model";

/**
 * An entry that serves every name its pattern fits. Each name is a model of its own, with its own
 * price and abilities, so its deployment is made when somebody asks for it.
 */
function readWildcard(
  written: Omit<Entry, "name">,
  sources: DeploymentSources,
  report: Report,
): WildcardEntry {
  const { entry, path } = written;
  const { model, custom_llm_provider: custom } = entry.litellm_params;
  const make = (matched: readonly string[], group: string, told: Report) => {
    const name = readModelName(fillPattern(model, matched), custom);
    if (typeof name === "string") return name;
    const concrete = { ...written, entry: { ...entry, model_name: group }, name };
    return readDeployment(concrete, sources, told);
  };
  const made = make([SAMPLE], entry.model_name, report);
  // `*` alone takes the provider from the caller's word too, and the sample has none.
  if (typeof made === "string" && model !== "*") {
    report.problems.push({ path: `${path}.litellm_params.model`, message: made });
  }
  return {
    pattern: entry.model_name,
    make: (matched, group) => {
      // What is wrong with the entry itself was told above.
      const deployment = make(matched, group, { problems: [], warnings: [] });
      return typeof deployment === "string" ? undefined : deployment;
    },
  };
}

function readName(entry: ModelEntry, path: string, report: Report): ModelName | undefined {
  const { model, custom_llm_provider: custom } = entry.litellm_params;
  if (model.includes("*")) {
    const message = `"${model}" has a star and the model_name has none: a star stands for what the caller wrote`;
    report.problems.push({ path: `${path}.litellm_params.model`, message });
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
    parallelMax:
      params.max_parallel_requests ?? sources.file.router_settings?.default_max_parallel_requests,
    regionName: params.region_name,
    cooldownMs: optionalMilliseconds(params.cooldown_time ?? info.cooldown_time),
    allowedFails: info.allowed_fails,
    allowedFailsByCategory: readErrorCounts(
      info.allowed_fails_policy,
      "AllowedFails",
      `${path}.model_info.allowed_fails_policy`,
      report,
    ),
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
