import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseDocument, stringify, type Document } from "yaml";
import { loadConfig } from "../../../src/core/config/load.ts";
import { isSecretField } from "../../../src/core/config/known-settings.ts";
import { pathOf, type Problem } from "../../../src/core/config/problem.ts";
import { ConfigError, readConfig, variablesOf } from "../config-file.ts";

/** What moving a configuration found out. */
export interface ConfigReport {
  /** Where the copy was written; null when it only would be. */
  written: string | null;
  /** By path: what stops it from being used. */
  problems: string[];
  /** By path: what has no effect or means something else here. */
  warnings: string[];
  /** Names to set with `wrangler secret put`. */
  secrets: string[];
  /** Secrets that stood in the file itself, by path, with the name each has now. */
  moved: { path: string; name: string }[];
}

/**
 * Copies a LiteLLM configuration. The format is the same, so nothing is translated: files it includes
 * are taken in, secrets that stand in it become references, and what it says that has no effect here
 * is told by path. Comments stay where nothing was included.
 */
export function importConfig(file: string, target: string, isDryRun: boolean): ConfigReport {
  const { config, version } = readConfig(file);
  const text = readFileSync(file, "utf8");
  const isWhole = !/^include:/m.test(text);
  const document: Document = parseDocument(isWhole ? text : stringify(config), { merge: true });
  const moved = moveSecrets(document);
  const copy: unknown = document.toJS() ?? {};
  // What they will hold does not matter here: whether a reference is set is found out at the start.
  const pretended: Record<string, string> = {};
  for (const name of variablesOf(copy)) pretended[name] = "https://example.com";
  const loaded = loadConfig(copy, version, pretended);
  const report = {
    problems: loaded.ok ? [] : loaded.problems.map(line),
    warnings: loaded.warnings.map(line),
    secrets: neededVariables(copy, loaded.warnings),
    moved,
  };
  if (isDryRun) return { ...report, written: null };
  write(target, document.toString());
  return { ...report, written: target };
}

/** A file somebody has changed since is not written over. */
function write(target: string, text: string): void {
  if (existsSync(target) && readFileSync(target, "utf8") !== text) {
    throw new ConfigError(`${target} exists. Name another file with --out, or remove it.`);
  }
  writeFileSync(target, text);
}

/** Where secrets may stand: outside of these, `token` or `key` is some other word. */
const SECRET_PLACES =
  /^(model_list\.\d+\.litellm_params|credential_list\.\d+\.credential_values|general_settings|environment_variables)\./;

function moveSecrets(document: Document): { path: string; name: string }[] {
  const moved: { path: string; name: string }[] = [];
  const visit = (value: unknown, steps: (string | number)[]): void => {
    if (Array.isArray(value)) value.forEach((one, index) => visit(one, [...steps, index]));
    else if (typeof value === "object" && value !== null) {
      for (const [name, one] of Object.entries(value)) visit(one, [...steps, name]);
    } else if (isLiteralSecret(value, steps)) {
      const name = nameFor(steps, document);
      document.setIn(steps, `os.environ/${name}`);
      moved.push({ path: pathOf(steps), name });
    }
  };
  visit(document.toJS(), []);
  return moved;
}

function isLiteralSecret(value: unknown, steps: readonly (string | number)[]): boolean {
  const field = String(steps.at(-1));
  if (typeof value !== "string" || value === "" || value.startsWith("os.environ/")) return false;
  return isSecretField(field) && SECRET_PLACES.test(steps.join("."));
}

/** `LITELLM_MASTER_KEY`, or a name made of the model's and the field's: `GPT_4O_API_KEY`. */
function nameFor(steps: readonly (string | number)[], document: Document): string {
  const [section, index] = steps;
  const field = String(steps.at(-1));
  if (section === "general_settings" && field === "master_key") return "LITELLM_MASTER_KEY";
  if (section === "environment_variables") return field;
  const titled = ["model_name", "credential_name"].map((name) =>
    document.getIn([section, index, name]),
  );
  const owner = String(titled.find((one) => one !== undefined) ?? section);
  const plain = `${owner}_${field}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  const isFirst = section !== "model_list" || isFirstOf(owner, Number(index), document);
  return isFirst ? plain : `${plain}_${String(index)}`;
}

function isFirstOf(owner: string, index: number, document: Document): boolean {
  const names = Array.from({ length: index }, (_, at) =>
    document.getIn(["model_list", at, "model_name"]),
  );
  return !names.includes(owner);
}

/** Those that something with an effect refers to, and the two every deployment needs. */
function neededVariables(config: unknown, warnings: readonly Problem[]): string[] {
  const idle = new Set(warnings.map((one) => one.path));
  const names = new Set(["LITELLM_MASTER_KEY", "SEKISHO_KEY_SECRET"]);
  const visit = (value: unknown, steps: PropertyKey[]): void => {
    if (idle.has(pathOf(steps))) return;
    if (typeof value === "string") for (const name of variablesOf(value)) names.add(name);
    if (typeof value !== "object" || value === null) return;
    const isList = Array.isArray(value);
    for (const [name, one] of Object.entries(value))
      visit(one, [...steps, isList ? Number(name) : name]);
  };
  visit(config, []);
  return [...names].toSorted();
}

function line({ path, message }: Problem): string {
  return path ? `${path}: ${message}` : message;
}
