import type { AttemptReport, Choice, Chooser, GroupRules, Wish } from "../core/routing/choice.ts";
import type { PoolCall, PoolService, RulesNeeded } from "../core/routing/pool-service.ts";

export interface PoolAccess {
  rules: GroupRules;
  queueMax: number;
  /** The group's pool; asked anew for every call, because a broken connection stays broken. */
  pool(): PoolService;
  /** Chooses while the pool is away. */
  local: Chooser;
  /** Called when it is. */
  noteAway(cause: unknown): void;
}

/**
 * Asks the group's pool. A call never fails for want of it: when it does not answer, this isolate
 * chooses by what it has seen itself, and what it chose is told to nobody else.
 */
export function createPoolChooser(access: PoolAccess): Chooser {
  const { rules, queueMax, pool, local, noteAway } = access;
  const { configVersion } = rules;
  /** Places this isolate gave. They are its own business. */
  const ownTickets = new Set<string>();

  async function ask(wish: Wish, report?: AttemptReport): Promise<Choice> {
    const call: PoolCall = { wish, report, configVersion, queueMax };
    try {
      const giveBack = (late: Choice): void => void giveBackLate(late, wish);
      return await inTime(wish.waitMs, chooseWith(call), giveBack);
    } catch (cause) {
      noteAway(cause);
      const choice = await local.choose(wish);
      if (choice.kind === "chosen") ownTickets.add(choice.ticket);
      return choice;
    }
  }

  async function chooseWith(call: PoolCall): Promise<Choice> {
    const asked = (one: PoolCall): Promise<Choice | RulesNeeded> =>
      // All objects restart when a new version is deployed, and are back in a moment.
      pool()
        .choose(one)
        .catch(() => pool().choose({ ...one, isRepeated: true }));
    const reply = await asked(call);
    if (reply.kind !== "rules-needed") return reply;
    const told = await asked({ ...call, rules });
    if (told.kind === "rules-needed") throw new Error("The pool does not take the rules.");
    return told;
  }

  /** The call has gone elsewhere meanwhile. */
  async function giveBackLate(late: Choice, { callId, group }: Wish): Promise<void> {
    if (late.kind === "full") return;
    const { deploymentId, ticket } = late;
    await finish({
      ...{ callId, group, deploymentId, ticket },
      result: { kind: "unsent" },
      tokens: 0,
    });
  }

  async function finish(report: AttemptReport): Promise<void> {
    if (ownTickets.delete(report.ticket)) return local.finish(report);
    try {
      await pool()
        .finish(report)
        .catch(() => pool().finish(report));
    } catch (cause) {
      noteAway(cause);
    }
  }

  return {
    choose: (wish) => ask(wish),
    async chooseAgain(report, wish) {
      if (!ownTickets.delete(report.ticket)) return ask(wish, report);
      await local.finish(report);
      return ask(wish);
    },
    finish,
    async renew(call) {
      await local.renew(call);
      // The next renewal comes in time; nobody is told that one was lost.
      await pool().renew(call);
    },
    async peek(wish) {
      try {
        const call = { wish, configVersion, queueMax };
        const found = await pool().peek(call);
        const told = "kind" in found ? await pool().peek({ ...call, rules }) : found;
        if (!("kind" in told)) return told;
      } catch (cause) {
        noteAway(cause);
      }
      return local.peek(wish);
    },
  };
}

/** Pools answer within milliseconds. One that is restarted, or far away and cold, takes a second. */
const ANSWER_MS_MAX = 2_500;

/** Rejects when it takes longer than the call may wait; whoever is late is handed on. */
async function inTime<Reply>(
  waitMs: number,
  asking: Promise<Reply>,
  onLate: (reply: Reply) => void,
): Promise<Reply> {
  let isLate = false;
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    isLate = true;
    reject(new Error("The pool did not answer in time."));
  }, waitMs + ANSWER_MS_MAX);
  asking.then(
    (reply) => isLate && onLate(reply),
    () => undefined,
  );
  try {
    return await Promise.race([asking, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
