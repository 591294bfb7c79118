import { loadConfig, type LoadedConfig } from "../../../src/core/config/load.ts";
import type { Deployment, GatewayConfig } from "../../../src/core/config/deployment.ts";

type Environment = Record<string, string | undefined>;

export function load(raw: unknown, environment: Environment = {}): LoadedConfig {
  return loadConfig(raw, "v1", environment);
}

/** A configuration that is expected to load. */
export function loaded(raw: unknown, environment: Environment = {}): GatewayConfig {
  const result = load(raw, environment);
  if (!result.ok) throw new Error(`does not load: ${JSON.stringify(result.problems)}`);
  return result.config;
}

/** The one deployment these parameters make. */
export function deploymentOf(
  params: Record<string, unknown>,
  environment: Environment = {},
  modelInfo: Record<string, unknown> = {},
): Deployment {
  const entry = { model_name: "m", litellm_params: params, model_info: modelInfo };
  const [deployment] = loaded({ model_list: [entry] }, environment).deployments;
  if (deployment === undefined) throw new Error("no deployment was made");
  return deployment;
}

/** `path: message` of what is wrong with a configuration. */
export function problemsOf(raw: unknown, environment: Environment = {}): string[] {
  const result = load(raw, environment);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

export function warningsOf(raw: unknown, environment: Environment = {}): string[] {
  return load(raw, environment).warnings.map(({ path, message }) => `${path}: ${message}`);
}
