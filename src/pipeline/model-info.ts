import type { Deployment } from "../core/config/deployment.ts";
import type { JsonObject } from "../core/json.ts";
import { usdFromPico } from "../core/money.ts";
import { findGroup } from "../core/plan.ts";
import type { Price, Rates } from "../core/price.ts";
import { readGrant, visitOf } from "./check-access.ts";
import type { Deps } from "./deps.ts";
import { identify } from "./identify.ts";

/** One deployment as LiteLLM's `/model/info` tells of it. Never holds a secret. */
export interface ModelInfo {
  model_name: string;
  litellm_params: Record<string, unknown>;
  model_info: Record<string, unknown>;
}

/** Every deployment the key in these headers may use, under each of its names, aliases last. */
export async function listModelInfo(
  headers: Headers,
  deps: Deps,
  url?: string,
): Promise<ModelInfo[]> {
  const caller = await identify(headers, deps, url);
  const { mayUse } = await readGrant(caller, visitOf(headers, "/model/info"), deps);
  const names = [...deps.config.groups.keys(), ...deps.config.aliases.keys()];
  return names.flatMap((name) => {
    const group = findGroup(name, deps.config);
    if (group === undefined || !mayUse(name, group)) return [];
    return group.deployments.map((deployment) => modelInfoOf(name, deployment));
  });
}

/** What the operator wrote in `model_info` wins over what is known of the model. */
export function modelInfoOf(name: string, deployment: Deployment): ModelInfo {
  const { id, provider, model, modelInfo, price } = deployment;
  const mode = modeOf(deployment);
  return {
    model_name: name,
    litellm_params: paramsOf(name, deployment),
    model_info: {
      mode,
      ...(mode === "chat" && abilitiesOf(deployment)),
      ...withoutSecrets(modelInfo),
      ...costsOf(price),
      id,
      db_model: deployment.stored === true,
      key: model,
      litellm_provider: provider,
    },
  };
}

/**
 * `model` is the public name: Cline calls by it and not by `model_name`. The real one is
 * `model_info.key`. Addresses stay out, because they name hosts of the operator's own network.
 */
function paramsOf(name: string, deployment: Deployment): Record<string, unknown> {
  const { provider, connection, rpm, tpm } = deployment;
  return {
    model: name,
    custom_llm_provider: provider,
    aws_region_name: connection.aws_region_name,
    vertex_location: connection.vertex_location,
    api_version: connection.api_version,
    rpm,
    tpm,
  };
}

/** What it is for, in LiteLLM's words. */
export function modeOf({ modelInfo, baseModel }: Deployment): string {
  const { mode } = modelInfo;
  if (typeof mode === "string") return mode;
  return baseModel.includes("embed") ? "embedding" : "chat";
}

/** `null` is "nobody told us", as in LiteLLM. */
function abilitiesOf({ facts }: Deployment): JsonObject {
  const known = facts.known ? facts.capabilities : undefined;
  return {
    max_tokens: known?.maxOutputTokens ?? null,
    max_input_tokens: known?.maxInputTokens ?? null,
    max_output_tokens: known?.maxOutputTokens ?? null,
    supports_vision: known?.vision ?? null,
    supports_prompt_caching: known?.caching ?? null,
    supports_reasoning: known === undefined ? null : known.reasoning !== "none",
    supports_function_calling: known?.tools ?? null,
    supports_tool_choice: known?.forcedTools ?? null,
    supports_response_schema: known?.schemaOutput ?? null,
    supports_assistant_prefill: known?.prefill ?? null,
    supports_system_messages: known === undefined ? null : true,
  };
}

/** Operators may keep notes of their own there, whose references are resolved by now. */
function withoutSecrets(info: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(info).filter(
      ([name, value]) =>
        typeof value === "number" ||
        typeof value === "boolean" ||
        !/key|secret|password|credential|token|auth/i.test(name),
    ),
  );
}

/** USD. What was written in `model_info` may lack the parts that were completed from the list. */
function costsOf(price: Price | undefined): JsonObject {
  if (price === undefined || price.unitsOnly === true) {
    return { input_cost_per_token: null, output_cost_per_token: null };
  }
  const { above } = price;
  return {
    ...ratesOf(price, ""),
    ...(above && ratesOf(above.rates, `_above_${above.thresholdTokens / 1_000}k_tokens`)),
  };
}

function ratesOf(rates: Rates, suffix: string): JsonObject {
  const reasoning = rates.reasoningPico;
  return {
    [`input_cost_per_token${suffix}`]: usdFromPico(rates.inputPico),
    [`output_cost_per_token${suffix}`]: usdFromPico(rates.outputPico),
    [`cache_read_input_token_cost${suffix}`]: usdFromPico(rates.cacheReadPico),
    [`cache_creation_input_token_cost${suffix}`]: usdFromPico(rates.cacheWrite5mPico),
    [`cache_creation_input_token_cost_above_1hr${suffix}`]: usdFromPico(rates.cacheWrite1hPico),
    ...(reasoning !== undefined && {
      [`output_cost_per_reasoning_token${suffix}`]: usdFromPico(reasoning),
    }),
  };
}
