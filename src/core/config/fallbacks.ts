import type { Fallbacks, FallbackTable } from "./deployment.ts";
import { pathOf, type Report } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";

/** LiteLLM's. */
const FALLBACKS_MAX = 5;

type TableName = "fallbacks" | "context_window_fallbacks" | "content_policy_fallbacks";

/** What names mean: the group they stand for, or nothing. */
export type FindGroupName = (name: string) => string | undefined;

/**
 * Both sections may hold fallbacks, as in LiteLLM; the router's come first. What can only fail when it
 * is needed most is a problem now: a target that is not there, and a way that leads back.
 */
export function readFallbacks(
  file: ConfigFile,
  findName: FindGroupName,
  report: Report,
): Fallbacks {
  const table = (name: TableName) => readTable(file, name, findName, report);
  return {
    general: table("fallbacks"),
    contextWindow: table("context_window_fallbacks"),
    contentPolicy: table("content_policy_fallbacks"),
    defaults: readDefaults(file, findName, report),
    max: file.router_settings?.max_fallbacks ?? FALLBACKS_MAX,
  };
}

type Section = "router_settings" | "litellm_settings";

function sectionOf(file: ConfigFile, name: TableName | "default_fallbacks"): Section {
  return file.router_settings?.[name] === undefined ? "litellm_settings" : "router_settings";
}

function readDefaults(file: ConfigFile, findName: FindGroupName, report: Report): string[] {
  const section = sectionOf(file, "default_fallbacks");
  const targets = file[section]?.default_fallbacks ?? [];
  for (const [index, target] of targets.entries()) {
    if (findName(target) !== undefined) continue;
    const path = pathOf([section, "default_fallbacks", index]);
    report.problems.push({ path, message: notThere(target) });
  }
  return targets.map((target) => findName(target) ?? target);
}

interface Edge {
  from: string;
  to: string;
  path: string;
}

function readTable(
  file: ConfigFile,
  name: TableName,
  findName: FindGroupName,
  report: Report,
): FallbackTable {
  const section = sectionOf(file, name);
  const table = new Map<string, readonly string[]>();
  const edges: Edge[] = [];
  for (const [index, entry] of (file[section]?.[name] ?? []).entries()) {
    for (const [written, targets] of Object.entries(entry)) {
      const steps = [section, name, index, written];
      const from = readSource(written, pathOf(steps), findName, report);
      const reached = targets.flatMap((target, at) => {
        const path = pathOf([...steps, at]);
        const to = findName(target);
        if (to === undefined) report.problems.push({ path, message: notThere(target) });
        else edges.push({ from, to, path });
        return to === undefined ? [] : [to];
      });
      table.set(from, [...(table.get(from) ?? []), ...reached]);
    }
  }
  reportCycles(edges, report);
  return table;
}

/** A name nobody can call does no harm: LiteLLM's files often keep lines of models that left. */
function readSource(
  written: string,
  path: string,
  findName: FindGroupName,
  report: Report,
): string {
  const from = findName(written);
  if (from === undefined && written !== ANY_GROUP) {
    report.warnings.push({ path, message: `has no effect: no model is named "${written}"` });
  }
  return from ?? written;
}

const ANY_GROUP = "*";

function notThere(target: string): string {
  return `leads to "${target}", which no entry of model_list has as its model_name`;
}

/** Tells of each line that closes a circle. What stands for any group never leads to itself. */
function reportCycles(edges: readonly Edge[], report: Report): void {
  const kept: Edge[] = [];
  for (const edge of edges.filter(({ from }) => from !== ANY_GROUP)) {
    const back = wayFrom(edge.to, edge.from, kept);
    if (back === undefined) {
      kept.push(edge);
      continue;
    }
    const way = [edge.from, ...back].join(" → ");
    report.problems.push({ path: edge.path, message: `leads back to where it began: ${way}` });
  }
}

/** The groups passed from one to another, both included. `edges` hold no circle. */
function wayFrom(from: string, to: string, edges: readonly Edge[]): string[] | undefined {
  if (from === to) return [from];
  for (const edge of edges) {
    if (edge.from !== from) continue;
    const rest = wayFrom(edge.to, to, edges);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
