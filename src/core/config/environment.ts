import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { pathOf } from "./problem.ts";

/** How LiteLLM writes "the value of this variable". */
const REFERENCE = /^os\.environ\/(\w+)$/;

/** The variable a value refers to; `undefined` when it is a value itself. */
export function referenceIn(value: unknown): string | undefined {
  return typeof value === "string" ? REFERENCE.exec(value)?.[1] : undefined;
}

/** The variables a configuration refers to, sorted, each once. */
export function secretNames(raw: unknown): string[] {
  const names = new Set<string>();
  const open: unknown[] = [raw];
  while (open.length > 0) {
    const value = open.pop();
    const name = referenceIn(value);
    if (name !== undefined) names.add(name);
    if (typeof value === "object" && value !== null) {
      const members: unknown[] = Object.values(value);
      for (const member of members) open.push(member);
    }
  }
  return [...names].toSorted();
}

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * `environment_variables` of the file, and beneath them nothing: the environment itself wins, so that
 * one file can serve a laptop and a deployment. An empty variable counts as not set.
 */
export function variablesOf(raw: JsonObject, environment: Variables): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) if (value) variables.set(name, value);
  for (const [name, value] of Object.entries(fileVariables(raw, variables))) {
    if (!variables.has(name)) variables.set(name, value);
  }
  return variables;
}

/** `environment_variables` with their own references resolved. */
export function fileVariables(
  raw: JsonObject,
  variables: ReadonlyMap<string, string>,
): Record<string, string> {
  const section = raw["environment_variables"];
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(isJsonObject(section) ? section : {})) {
    const reference = referenceIn(value);
    const text = reference === undefined ? scalarText(value) : variables.get(reference);
    if (text) found[name] = text;
  }
  return found;
}

function scalarText(value: Json | undefined): string | undefined {
  return typeof value === "object" || value === undefined ? undefined : String(value);
}

export interface Resolved {
  value: JsonObject;
  /** Where a reference stood whose variable is not set → the variable. */
  unresolved: ReadonlyMap<string, string>;
}

/**
 * The configuration with every reference replaced. One whose variable is not set is left out, and so
 * is an empty value (`api_key:` with nothing after it): both mean "not given".
 */
export function resolveReferences(
  raw: JsonObject,
  variables: ReadonlyMap<string, string>,
): Resolved {
  const unresolved = new Map<string, string>();
  const resolve = (value: Json | undefined, steps: PropertyKey[]): Json | undefined => {
    if (Array.isArray(value)) {
      return value.map((item, index) => resolve(item, [...steps, index]) ?? null);
    }
    if (isJsonObject(value)) return resolveMembers(value, steps);
    const name = referenceIn(value);
    if (name === undefined) return value === null || value === "" ? undefined : value;
    const found = variables.get(name);
    if (found === undefined) unresolved.set(pathOf(steps), name);
    return found;
  };
  const resolveMembers = (object: JsonObject, steps: PropertyKey[]): JsonObject => {
    const members = Object.entries(object).map(
      ([name, value]) => [name, resolve(value, [...steps, name])] as const,
    );
    return Object.fromEntries(members.filter(([, value]) => value !== undefined));
  };
  return { value: resolveMembers(raw, []), unresolved };
}
