import type { AttemptReport, GroupRules } from "./choice.ts";
import type { PoolState } from "./pool-state.ts";

/** Learns how an attempt went and gives its place back. A second report of a ticket is ignored. */
export function report(
  _state: PoolState,
  _rules: GroupRules,
  _report: AttemptReport,
  _nowMs: number,
): void {}
