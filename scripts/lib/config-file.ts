import { createHash, type Hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument, type YAMLParseError } from "yaml";
import { loadConfig } from "../../src/core/config/load.ts";
import { root } from "./install.mjs";

/** What stops a configuration from being used; the message is ready to be shown. */
export class ConfigError extends Error {}

type Mapping = Record<string, unknown>;

/** What src/generated/config.json and SEKISHO_CONFIG_JSON hold. */
export interface CompiledConfig {
  source: string;
  version: string;
  config: Mapping;
}

type Variables = Record<string, string | undefined>;

/**
 * Reads a configuration and the files it includes, and holds it against the Worker's own rules, so
 * that file and run time cannot disagree. `variablesFor` gives the values of the variables it names.
 */
export function compileConfig(
  file = process.env["SEKISHO_CONFIG"] || "config.yaml",
  variablesFor: (names: string[]) => Variables = () => process.env,
) {
  const compiled = readConfig(file);
  const { config, version } = compiled;
  const variables = variablesOf(config);
  const loaded = loadConfig(config, version, variablesFor(variables));
  if (!loaded.ok) throw new ConfigError(problemsOf(compiled.source, loaded.problems));
  return { compiled, loaded: loaded.config, variables, warnings: loaded.warnings.map(line) };
}

/** A configuration with what it includes, whether or not it can be used. */
export function readConfig(file: string): CompiledConfig {
  const absolute = path.resolve(root, file);
  const hash = createHash("sha256");
  const config = readWithIncludes(absolute, hash, []);
  return { source: shown(absolute), version: hash.digest("hex").slice(0, 12), config };
}

/** Every NAME the configuration mentions as os.environ/NAME. */
export function variablesOf(config: unknown): string[] {
  const names = JSON.stringify(config).matchAll(/os\.environ\/([A-Za-z_][A-Za-z0-9_]*)/g);
  return [...new Set(Array.from(names, ([, name = ""]) => name))].toSorted();
}

/** As LiteLLM does: an included list is appended, any other included value replaces ours. */
function readWithIncludes(file: string, hash: Hash, parents: string[]): Mapping {
  if (parents.includes(file)) throw new ConfigError(`${shown(file)}: includes itself.`);
  const { include = [], ...config } = readYaml(file, hash, parents.at(-1));
  if (!Array.isArray(include)) {
    throw new ConfigError(`${shown(file)}: include must be a list of files.`);
  }
  for (const name of include) {
    const included = path.resolve(path.dirname(file), String(name));
    const values = readWithIncludes(included, hash, [...parents, file]);
    for (const [key, value] of Object.entries(values)) {
      config[key] = merged(config[key], value);
    }
  }
  return config;
}

function merged(ours: unknown, theirs: unknown): unknown {
  return Array.isArray(ours) && Array.isArray(theirs) ? ours.concat(theirs) : theirs;
}

function readYaml(file: string, hash: Hash, parent: string | undefined): Mapping {
  if (!existsSync(file)) {
    const why = parent ? `${shown(parent)} includes it.` : "Set SEKISHO_CONFIG to another file.";
    throw new ConfigError(`${shown(file)}: no such file. ${why}`);
  }
  const text = readFileSync(file, "utf8");
  hash.update(text);
  // YAML 1.2, so that an unquoted api_version such as 2024-02-01 stays text.
  const document = parseDocument(text, { merge: true });
  const [error] = document.errors;
  if (error) throw new ConfigError(syntaxProblem(file, error));
  const config: unknown = document.toJS() ?? {};
  if (isMapping(config)) return config;
  throw new ConfigError(`${shown(file)}:1:1: expected keys such as model_list at the top level.`);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function syntaxProblem(file: string, error: YAMLParseError): string {
  const { line: row, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
  return `${shown(file)}:${row}:${col}: ${error.message}\nCorrect the YAML there and try again.`;
}

function problemsOf(source: string, problems: { path: string; message: string }[]): string {
  return [`${source} cannot be used:`, ...problems.map((one) => `  ${line(one)}`)].join("\n");
}

function line({ path: at, message }: { path: string; message: string }): string {
  return at ? `${at}: ${message}` : message;
}

function shown(file: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith("..") ? file : relative;
}
