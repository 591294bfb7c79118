import type { ModelInfo } from "./model-info.ts";

/** Deployments by their public name, as LiteLLM's `/model_group/info` sums them up. */
export function groupModelInfo(all: readonly ModelInfo[]): object[] {
  const groups = Map.groupBy(all, (one) => one.model_name);
  return [...groups].map(([name, members]) => sumUp(name, members));
}

/** As in LiteLLM, a group is as able, as large and as dear as the best member at each. */
function sumUp(name: string, members: readonly ModelInfo[]): object {
  const infos = members.map((one) => one.model_info);
  const params = members.map((one) => one.litellm_params);
  return {
    model_group: name,
    providers: [...new Set(infos.map((info) => info["litellm_provider"]))],
    mode: infos[0]?.["mode"],
    max_input_tokens: largest(infos, "max_input_tokens"),
    max_output_tokens: largest(infos, "max_output_tokens"),
    input_cost_per_token: largest(infos, "input_cost_per_token"),
    output_cost_per_token: largest(infos, "output_cost_per_token"),
    rpm: sum(params, "rpm"),
    tpm: sum(params, "tpm"),
    supports_vision: some(infos, "supports_vision"),
    supports_function_calling: some(infos, "supports_function_calling"),
    supports_reasoning: some(infos, "supports_reasoning"),
  };
}

type Fields = Record<string, unknown>;

function numbers(all: readonly Fields[], name: string): number[] {
  return all.map((one) => one[name]).filter((value) => typeof value === "number");
}

function largest(all: readonly Fields[], name: string): number | null {
  const told = numbers(all, name);
  return told.length === 0 ? null : Math.max(...told);
}

function sum(all: readonly Fields[], name: string): number | null {
  const told = numbers(all, name);
  return told.length === 0 ? null : told.reduce((total, one) => total + one, 0);
}

function some(all: readonly Fields[], name: string): boolean {
  return all.some((one) => one[name] === true);
}
