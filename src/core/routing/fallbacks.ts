import type { Fallbacks, FallbackTable } from "../config/deployment.ts";
import type { FailureCategory } from "../failure.ts";

/**
 * The groups to ask after one could not answer, in order: those for this kind of failure, those for
 * any, those of every group. None twice, and none that was asked before.
 */
export function fallbacksFor(
  group: string,
  category: FailureCategory,
  fallbacks: Fallbacks,
  asked: readonly string[] = [],
): string[] {
  const targets = [
    ...specialTargets(group, category, fallbacks),
    ...targetsOf(group, fallbacks.general),
    ...fallbacks.defaults,
  ];
  const isNew = (name: string) => name !== group && !asked.includes(name);
  return [...new Set(targets)].filter(isNew).slice(0, Math.max(fallbacks.max, 0));
}

function specialTargets(
  group: string,
  category: FailureCategory,
  { contextWindow, contentPolicy }: Fallbacks,
): readonly string[] {
  if (category === "context-length") return targetsOf(group, contextWindow);
  return category === "content-policy" ? targetsOf(group, contentPolicy) : [];
}

/** LiteLLM's precedence: the name itself, the name without its provider, then `*`. */
function targetsOf(group: string, table: FallbackTable): readonly string[] {
  const bare = group.slice(group.lastIndexOf("/") + 1);
  return table.get(group) ?? table.get(bare) ?? table.get("*") ?? [];
}
