import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { usualVariableNames } from "../../src/core/config/connection.ts";
import { root } from "./install.mjs";

/** Read by the Worker whether or not the configuration names them. */
const always = [
  ...["DD_API_KEY", "DD_SITE", "DD_ENV", "DD_SERVICE", "DD_VERSION", "DD_SOURCE", "DD_BASE_URL"],
  ...["HOSTNAME", "POD_NAME"],
  ...["LITELLM_MASTER_KEY", "SEKISHO_KEY_SECRET", "SEKISHO_KEY_SECRET_PREVIOUS"],
  ...usualVariableNames(),
];

/** The variables a local Worker gets: all of .dev.vars, and named ones from the shell, which wins. */
export function collectVariables(namedByConfig: string[]): Record<string, string> {
  const file = path.join(root, ".dev.vars");
  const values = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const variables: Record<string, string> = {};
  for (const name of new Set([...always, ...namedByConfig, ...Object.keys(values)])) {
    const value = process.env[name] ?? values[name];
    // Clients of this gateway are told to put a virtual key where a vendor's stands; one shell may do both.
    if (value !== undefined && !value.startsWith("sk-sekisho-")) variables[name] = value;
  }
  return variables;
}
