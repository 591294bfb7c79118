import type { GatewayConfig } from "../core/config/deployment.ts";
import type { ModelGroup } from "../core/plan.ts";
import type { Chooser } from "../core/routing/choice.ts";
import type { PoolService } from "../core/routing/pool-service.ts";
import { emptyPool, groupRules, isPooled, type PoolState } from "../core/routing/state.ts";
import { createLocalChooser, type Chance } from "./local-chooser.ts";
import { createPoolChooser } from "./pool-chooser.ts";

/** Who chooses among a group's deployments, as the configuration has them now. */
export type ChooserFor = (
  group: ModelGroup,
  config: Pick<GatewayConfig, "version" | "router">,
) => Chooser;

export interface ChoosersAccess extends Chance {
  /** The pool of this group. Absent: every group is chosen from in the isolate. */
  pool?(group: string): PoolService;
  /** Told at most once a minute. */
  noteAway(group: string, cause: unknown): void;
}

interface Known {
  version: string;
  deployments: ModelGroup["deployments"];
  chooser: Chooser;
  /** What this isolate has seen, which a new configuration does not undo. */
  state: PoolState;
}

/** Wildcards make groups of whatever name is called. What one that is dropped learned is in its pool. */
const GROUPS_MAX = 1_000;
const NOTE_EVERY_MS = 60_000;

export function createChoosers(access: ChoosersAccess): ChooserFor {
  const known = new Map<string, Known>();
  let notedAtMs = -Infinity;

  function noteAway(group: string, cause: unknown): void {
    if (access.nowMs() < notedAtMs + NOTE_EVERY_MS) return;
    notedAtMs = access.nowMs();
    access.noteAway(group, cause);
  }

  function createFor(
    { name, deployments }: ModelGroup,
    config: Parameters<ChooserFor>[1],
    state: PoolState,
  ): Chooser {
    const { pool } = access;
    const rules = groupRules(name, deployments, config);
    const local = createLocalChooser(state, rules, access);
    if (pool === undefined || !isPooled(rules)) return local;
    return createPoolChooser({
      rules,
      queueMax: config.router.queueMax,
      pool: () => pool(name),
      local,
      noteAway: (cause) => noteAway(name, cause),
    });
  }

  return (group, config) => {
    const { name, deployments } = group;
    const { version } = config;
    const before = known.get(name);
    if (before?.version === version && before.deployments === deployments) return before.chooser;
    const state = before?.state ?? emptyPool();
    const chooser = createFor(group, config, state);
    known.set(name, { version, deployments, chooser, state });
    const [oldest] = known.keys();
    if (known.size > GROUPS_MAX && oldest !== undefined) known.delete(oldest);
    return chooser;
  };
}
