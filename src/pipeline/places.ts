import type { GatewayConfig, RouterSettings } from "../core/config/deployment.ts";
import type { Failure } from "../core/failure.ts";
import type { CostBound } from "../core/ledger.ts";
import type { ModelGroup } from "../core/plan.ts";
import type {
  AttemptReport,
  Choice,
  ChoiceReason,
  Chooser,
  QuotaHeaders,
  Wish,
} from "../core/routing/choice.ts";
import { strategyFor } from "../core/routing/state.ts";
import { affinityOf, guessCachedTokens } from "./affinity.ts";
import { ABANDONED, toldOfEnding, toldOfFailure, UNSENT, type Told } from "./attempt-report.ts";
import type { Call } from "./call.ts";
import { findCandidates } from "./candidates.ts";
import type { Charge } from "./charge.ts";
import type { Deps } from "./deps.ts";
import type { Outcome } from "./outcome.ts";
import { readQuota } from "./quota-headers.ts";
import { callEndsAtMs, cutsEarly } from "./timeouts.ts";

/** A place in a deployment's windows, for one attempt. */
export interface Place {
  kind: "chosen";
  deploymentId: string;
  ticket: string;
  reason: ChoiceReason;
  cachedTokensExpected: number;
  /** When the deployment was asked; undefined before it is. */
  sentAtMs?: number;
  quota?: QuotaHeaders;
}

export type Full = Extract<Choice, { kind: "full" }>;

export interface Wanted {
  group: ModelGroup;
  /** Deployments that would do, by id. */
  eligible: readonly string[];
  bound: CostBound;
  /** How long it may wait for a place; as long as the operator says where nothing is said. */
  waitMs?: number;
}

/**
 * The places one call takes, one after the other or, where it is in a hurry, side by side. Whoever
 * gave one is told exactly once how it went: when its attempt failed, or when the call is over.
 */
export interface Places {
  /** Asks for the first one before anybody needs it, beside the question whether the call may be made. */
  begin(bound: CostBound): void;
  choose(wanted: Wanted): Promise<Place | Full>;
  /** The same after an attempt that failed, which is told in the same trip. */
  chooseAgain(place: Place, failure: Failure, wanted: Wanted): Promise<Place | Full>;
  /** The deployment is about to be asked. */
  send(place: Place): void;
  /** It has answered. */
  hear(place: Place, headers: Headers): void;
  /** Its attempt failed, and nothing is asked of the chooser for now. */
  fail(place: Place, failure: Failure): void;
  /** Its answer is not wanted any more; or, before it was asked, not needed. */
  leave(place: Place): void;
  /** The call is over: what it still holds is given back. Without an ending it never began. */
  close(ended?: { outcome: Outcome; charge: Charge }): void;
  /** Where the call was sent last. */
  last(): Place | undefined;
}

export function createPlaces(call: Call, deps: Deps): Places {
  /** With whom gave them. */
  const held = new Map<Place, Giver>();
  const asked: string[] = [];
  let affinity: Promise<string | null> | undefined;
  let begun: Begun | undefined;
  let last: Place | undefined;

  async function ask(wanted: Wanted, failed?: { place: Place; failure: Failure }) {
    const giver = { chooser: deps.chooserFor(wanted.group, deps.config), group: wanted.group.name };
    affinity ??= affinityOf(call);
    const wish = wishOf(call, wanted, { asked: [...asked], affinity: await affinity }, deps);
    const report = failed && letGo(failed.place, toldOfFailure(failed.failure));
    const choice = await answerOf(giver, wish, report);
    if (choice.kind === "chosen") held.set(choice, giver);
    return choice;
  }

  /** In one trip, where the same chooser hears and chooses. */
  function answerOf(giver: Giver, wish: Wish, report: LetGo | undefined): Promise<Choice> {
    if (report?.chooser === giver.chooser) return giver.chooser.chooseAgain(report.report, wish);
    if (report !== undefined) send(report);
    return giver.chooser.choose(wish);
  }

  function letGo(place: Place, told: Told): LetGo | undefined {
    const giver = held.get(place);
    if (giver === undefined || !held.delete(place)) return undefined;
    const { deploymentId, ticket, quota } = place;
    const { chooser, group } = giver;
    const callId = call.context.id;
    return { chooser, report: { callId, group, deploymentId, ticket, ...told, quota } };
  }

  /** Whatever becomes of it, the call is not to suffer. */
  function send({ chooser, report }: LetGo): void {
    call.context.waitUntil(chooser.finish(report).catch((cause: unknown) => deps.noteFault(cause)));
  }

  function tell(place: Place, told: Told): void {
    const report = letGo(place, told);
    if (report !== undefined) send(report);
  }

  /** It was asked for in vain, and comes when it comes. */
  function giveBack({ choice }: Begun): void {
    const coming = choice.then((found) => found.kind === "chosen" && tell(found, UNSENT));
    call.context.waitUntil(coming.catch(() => undefined));
  }

  return {
    begin(bound) {
      const { group } = call;
      if (begun?.group === group.name || needsAccount(call)) return;
      if (begun !== undefined) giveBack(begun);
      begun = beginWith(call, (eligible) => ask({ group, eligible, bound }));
    },
    async choose(wanted) {
      const early = begun;
      begun = undefined;
      if (early !== undefined && isFor(early, wanted, call)) return early.choice;
      if (early !== undefined) giveBack(early);
      return ask(wanted);
    },
    chooseAgain: (place, failure, wanted) => ask(wanted, { place, failure }),
    send(place) {
      place.sentAtMs = deps.nowMs();
      asked.push(place.deploymentId);
      last = place;
    },
    hear(place, headers) {
      place.quota = readQuota(headers, deps.nowMs());
      // Of two that were asked, the one that answers.
      last = place;
    },
    fail: (place, failure) => tell(place, toldOfFailure(failure)),
    leave: (place) => tell(place, place.sentAtMs === undefined ? UNSENT : ABANDONED),
    close(ended) {
      if (begun !== undefined) giveBack(begun);
      begun = undefined;
      for (const place of held.keys()) tell(place, endOf(place, ended, call, deps));
    },
    last: () => last,
  };
}

interface Giver {
  chooser: Chooser;
  group: string;
}

interface LetGo {
  chooser: Chooser;
  report: AttemptReport;
}

/** A place that was asked for beside the account's decision. */
interface Begun {
  group: string;
  eligible: readonly string[];
  /** Whose settings it was asked for by. */
  router: RouterSettings;
  choice: Promise<Place | Full>;
}

function beginWith(
  call: Call,
  choose: (eligible: readonly string[]) => Promise<Place | Full>,
): Begun | undefined {
  let eligible: string[];
  try {
    eligible = findCandidates(call).map(({ deployment }) => deployment.id);
  } catch {
    // Whoever may make the call at all is told so when its turn comes.
    return undefined;
  }
  const choice = choose(eligible);
  // The place has to be given back even if the call is refused, or its caller leaves, before it comes.
  call.context.waitUntil(choice.catch(() => undefined));
  return { group: call.group.name, eligible, router: call.terms.router, choice };
}

/** What was only guessed may be different by now. */
function isFor(begun: Begun, { group, eligible }: Wanted, { terms: { router } }: Call): boolean {
  const isSame = begun.group === group.name && begun.eligible.join("\n") === eligible.join("\n");
  return isSame && strategyFor(group, begun.router) === strategyFor(group, router);
}

/**
 * Which deployments hold the answer it goes on from is not known before the account has spoken; which
 * serve the key's tags, not when it is new here.
 */
function needsAccount({ body, dialect, terms }: Call): boolean {
  if (terms.isGuess && terms.router.filtersByTags) return true;
  return dialect.name === "openai-responses" && (body.value.previous_response_id ?? null) !== null;
}

/** What the call asks of whoever chooses. */
export function wishOf(
  call: Call,
  { group, eligible, bound, waitMs = Infinity }: Wanted,
  soFar: Pick<Wish, "asked" | "affinity">,
  { config, nowMs }: Deps,
): Wish {
  const { context, envelope, caller } = call;
  const { router } = call.terms;
  const deadlineMs = callEndsAtMs(call, router);
  const queueWaitMs = envelope.stream ? router.streamQueueWaitMs : router.queueWaitMs;
  return {
    ...soFar,
    callId: context.id,
    group: group.name,
    eligible,
    tokens: bound.tokens,
    stream: envelope.stream,
    cachedTokensGuess: guessCachedTokens(call),
    fairTo: caller.accountId,
    waitMs: Math.max(0, Math.min(waitMs, queueWaitMs, deadlineMs - nowMs())),
    deadlineMs,
    ...ownStrategy(group, router, config),
  };
}

/** The pool knows everybody's. Who chose one of LiteLLM's gets that and no stickiness. */
function ownStrategy(
  group: ModelGroup,
  router: RouterSettings,
  config: Pick<GatewayConfig, "router">,
): Pick<Wish, "strategy"> | Pick<Wish, "strategy" | "affinity"> {
  if (router === config.router) return {};
  const strategy = strategyFor(group, router);
  const isSticky = strategy === "adaptive" || router.affinityTtlMs !== undefined;
  return isSticky ? { strategy } : { strategy, affinity: null };
}

function endOf(
  { sentAtMs }: Place,
  ended: { outcome: Outcome; charge: Charge } | undefined,
  call: Call,
  deps: Deps,
): Told {
  if (ended === undefined || sentAtMs === undefined) return UNSENT;
  const { deployment } = ended.outcome;
  const nowMs = deps.nowMs();
  const isEarly =
    deployment !== undefined && cutsEarly(call, deployment, deps.config.router, nowMs);
  const timing = { sentAtMs, nowMs, stream: call.envelope.stream, cutsEarly: isEarly };
  return toldOfEnding(ended.outcome, ended.charge, timing);
}
