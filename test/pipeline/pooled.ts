import { env } from "cloudflare:workers";
import type { AttemptReport, Choice, Underway } from "../../src/core/routing/choice.ts";
import type { PoolCall, PoolService } from "../../src/core/routing/pool-service.ts";
import { createChoosers, type ChooserFor } from "../../src/pipeline/choosers.ts";
import { poolStub } from "../../src/platform/pool/stub.ts";
import "../platform/accounts.ts";

let made = 0;

/** Pools nobody used before, and everything they were asked and told. */
export function freshPools() {
  made += 1;
  const suffix = `~${made}`;
  const seen = {
    /** Round trips, in order. */
    trips: [] as string[],
    taken: [] as string[],
    reports: [] as AttemptReport[],
    renewals: [] as Underway[],
    away: [] as unknown[],
    /** Every pool refuses to answer. */
    isAway: false,
  };
  const pool = (group: string): PoolService => {
    const real = poolStub(env.POOL, group + suffix);
    const guard = (trip: string): void => {
      seen.trips.push(trip);
      if (seen.isAway) throw new Error("the pool is away");
    };
    return {
      async choose(asked: PoolCall) {
        guard(asked.report === undefined ? "choose" : "chooseAgain");
        if (asked.report !== undefined) seen.reports.push(asked.report);
        const reply = await real.choose(asked);
        if (reply.kind === "chosen") seen.taken.push(reply.ticket);
        return reply;
      },
      async finish(report) {
        guard("finish");
        seen.reports.push(report);
        return real.finish(report);
      },
      async renew(call) {
        guard("renew");
        seen.renewals.push(call);
        return real.renew(call);
      },
      peek: (asked) => real.peek(asked),
    };
  };
  return { pool, seen };
}

/** Choosers of one isolate. */
export function choosersOf(
  { pool, seen }: ReturnType<typeof freshPools>,
  nowMs: () => number = () => Date.now(),
): ChooserFor {
  return createChoosers({
    nowMs,
    random: () => 0.5,
    pool,
    noteAway: (_group, cause) => void seen.away.push(cause),
  });
}

export function isFull(choice: Choice): boolean {
  return choice.kind === "full";
}
