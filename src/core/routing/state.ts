/**
 * The pool's door. Everything here is arithmetic on `PoolState`: whoever keeps the state hands in the
 * time, and changes happen in `take`, `renew`, `report`, `expire` and `forgetGone` alone.
 */
export { decide, type Decision } from "./decide.ts";
export { explain } from "./explain.ts";
export { emptyPool, forgetGone, stateOf, type PoolState } from "./pool-state.ts";
export { report } from "./report.ts";
export { groupRules, isPooled, strategyFor } from "./rules.ts";
export { expire, nextAtMs, renew, take } from "./take.ts";
