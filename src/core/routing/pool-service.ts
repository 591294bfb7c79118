import type { AttemptReport, Choice, Explanation, GroupRules, Underway, Wish } from "./choice.ts";

/** What the gateway asks of the one object that sees all calls of a group. */
export interface PoolService {
  /** Takes in how an attempt went, if one did, and finds a place for the next. */
  choose(asked: PoolCall): Promise<Choice | RulesNeeded>;
  finish(report: AttemptReport): Promise<void>;
  renew(call: Underway): Promise<void>;
  peek(asked: PoolCall): Promise<Explanation | RulesNeeded>;
}

export interface PoolCall {
  wish: Wish;
  report?: AttemptReport;
  /** The configuration the caller knows; the pool asks for the rules of one that is new to it. */
  configVersion: string;
  rules?: GroupRules;
  /** How many calls may wait at once. */
  queueMax: number;
  /** The same was asked before and no answer came: places the call got by it were lost on the way. */
  isRepeated?: boolean;
}

/** Nothing was done: ask again, with the rules. */
export interface RulesNeeded {
  kind: "rules-needed";
}
