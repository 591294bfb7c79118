import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { root } from "./install.mjs";

/** Read by the Worker whether or not the configuration names them. */
const always = [
  ...["DD_API_KEY", "DD_SITE", "DD_ENV", "DD_SERVICE", "DD_VERSION", "DD_SOURCE", "DD_BASE_URL"],
  ...["HOSTNAME", "POD_NAME"],
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_REGION", "AWS_REGION_NAME", "AWS_BEARER_TOKEN_BEDROCK"],
  ...["OPENAI_API_KEY", "ANTHROPIC_API_KEY"],
  ...["AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION"],
  ...["LITELLM_MASTER_KEY", "SEKISHO_KEY_SECRET"],
];

/** The variables a local Worker gets: all of .dev.vars, and named ones from the shell, which wins. */
export function collectVariables(namedByConfig: string[]): Record<string, string> {
  const file = path.join(root, ".dev.vars");
  const values = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const variables: Record<string, string> = {};
  for (const name of new Set([...always, ...namedByConfig, ...Object.keys(values)])) {
    const value = process.env[name] ?? values[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}
