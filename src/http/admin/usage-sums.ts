import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { UsageGroup, UsageSums } from "../../platform/db/usage.ts";

export const NO_SUMS: UsageSums = {
  requests: 0,
  failures: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costNanoUsd: 0,
};

export function addSums(a: UsageSums, b: UsageSums): UsageSums {
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
  };
}

export function sumAll(groups: readonly UsageGroup[]): UsageSums {
  return groups.reduce((sum, one) => addSums(sum, one.sums), NO_SUMS);
}

/** Groups by what stands first in each, without it: a level of a tree. */
export function byFirst(groups: readonly UsageGroup[]): Map<string, UsageGroup[]> {
  const tree = new Map<string, UsageGroup[]>();
  for (const { group, sums } of groups) {
    const [first = "", ...rest] = group;
    const branch = tree.get(first) ?? [];
    branch.push({ group: rest, sums });
    tree.set(first, branch);
  }
  return tree;
}

/** Under our own names: each kind of token apart, the cost in dollars. */
export function renderSums(sums: UsageSums): JsonObject {
  return {
    requests: sums.requests,
    failures: sums.failures,
    input_tokens: sums.inputTokens,
    cache_read_tokens: sums.cacheReadTokens,
    cache_write_tokens: sums.cacheWriteTokens,
    output_tokens: sums.outputTokens,
    reasoning_tokens: sums.reasoningTokens,
    cost_usd: usdFromNano(sums.costNanoUsd),
  };
}

export function totalTokens({ inputTokens, outputTokens }: UsageSums): number {
  return inputTokens + outputTokens;
}
