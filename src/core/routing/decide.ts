import { cachedAt, CACHED_TOKENS_MIN, findHome, patienceMs } from "./affinity.ts";
import type { ChoiceReason, GroupRules, Wish } from "./choice.ts";
import { isAwake } from "./cooldown.ts";
import { lookAt, strategyOf, type View } from "./look.ts";
import type { Home, PoolState } from "./pool-state.ts";
import { RANKINGS } from "./strategies/index.ts";

/** Where a call should go, before it has taken a place there. */
export type Decision = Go | WaitForHome | { kind: "full"; againAtMs: number };

interface Go {
  kind: "go";
  deploymentId: string;
  reason: ChoiceReason;
  cachedTokensExpected: number;
}

/** Its prompt cache is worth a moment: ask again then, or when a place is given back. */
interface WaitForHome {
  kind: "wait-for-home";
  againAtMs: number;
}

/**
 * Looks and changes nothing. `waitedMs` is how long the call has waited already: patience for a cache
 * ends, and what is only thought to be full is tried when waiting is over.
 */
export function decide(
  state: PoolState,
  rules: GroupRules,
  wish: Wish,
  nowMs: number,
  random: () => number,
  waitedMs = 0,
): Decision {
  const views = lookAt(state, rules, wish, nowMs);
  const home = findHome(state, rules, wish, nowMs);
  const stays = home && stay(home, views, wish, nowMs, waitedMs);
  if (stays !== undefined) return stays;
  // Who has just come and can wait takes what is free, or stands in line.
  const isNew = waitedMs === 0 && wish.waitMs > 0 && wish.asked.length === 0;
  const last = isNew ? [] : lastResorts(views, wish, waitedMs);
  const open = views.filter((one) => one.room === "open");
  // What failed this call before comes after what did not; what seems used up comes last.
  for (const candidates of [unasked(open), open, unasked(last), last]) {
    const best = cachedAmong(candidates, home, wish) ?? firstOf(candidates, rules, wish, random);
    if (best === undefined) continue;
    const { id: deploymentId } = best.rules;
    const cachedTokensExpected = home?.deploymentId === deploymentId ? cachedAt(home, wish) : 0;
    return { kind: "go", deploymentId, reason: reasonFor(best, rules, home), cachedTokensExpected };
  }
  return { kind: "full", againAtMs: soonest(views, nowMs, isNew) };
}

/**
 * What only seems full is tried; what refused somebody a moment ago comes last. Who stands in line, or was
 * refused, lets that moment pass and then takes turns: many come at once, and each has few attempts.
 */
function lastResorts(views: readonly View[], { asked, waitMs }: Wish, waitedMs: number): View[] {
  const crowded = views.filter((one) => one.room === "crowded");
  const awake = crowded.filter((one) => isAwake(one.standing));
  if (asked.length > 0 || waitedMs < waitMs) return awake.filter((one) => one.capacity.keepsPace);
  return awake.length > 0 ? awake : crowded;
}

/** Where all are crowded, a cache is as good a reason as any. */
function cachedAmong(views: readonly View[], home: Home | undefined, wish: Wish): View | undefined {
  if (home === undefined || cachedAt(home, wish) < CACHED_TOKENS_MIN) return undefined;
  return views.find((one) => one.rules.id === home.deploymentId && one.room === "crowded");
}

function unasked(views: readonly View[]): View[] {
  return views.filter((one) => !one.wasAsked);
}

/** The best of the lowest tier that has any. */
function firstOf(
  views: readonly View[],
  rules: GroupRules,
  wish: Wish,
  random: () => number,
): View | undefined {
  const order = Math.min(...views.map((one) => one.rules.order));
  const tier = views.filter((one) => one.rules.order === order);
  const affinity = rules.affinityTtlMs > 0 ? wish.affinity : null;
  const context = { random, affinity, latencyBuffer: rules.latencyBuffer };
  const [best] = RANKINGS[strategyOf(rules, wish)](tier, context);
  return tier.find((one) => one.rules.id === best?.rules.id);
}

function reasonFor(view: View, rules: GroupRules, home: Home | undefined): ChoiceReason {
  if (view.standing.kind === "probe") return "probe";
  if (view.room === "crowded") return "last-resort";
  if (home !== undefined) return "moved";
  return rules.deployments.length === 1 ? "only" : "strategy";
}

/**
 * A conversation stays where its cache is while that deployment is healthy. Nothing: it has to move,
 * and it will not come back by itself, because its cache is then at the new place.
 */
function stay(
  home: Home,
  views: readonly View[],
  wish: Wish,
  nowMs: number,
  waitedMs: number,
): Go | WaitForHome | undefined {
  const view = views.find((one) => one.rules.id === home.deploymentId);
  if (view === undefined || view.wasAsked) return undefined;
  const cachedTokensExpected = cachedAt(home, wish);
  const isWorthwhile = cachedTokensExpected >= CACHED_TOKENS_MIN;
  if (!isWorthwhile && hasBetterTier(view, views)) return undefined;
  // A place that is nearly used up is good enough for a call that would be dear anywhere else.
  const isNearlyFull =
    isAwake(view.standing) && view.room === "crowded" && view.capacity.fitsNearly;
  if (view.room === "open" || (isNearlyFull && isWorthwhile)) {
    const reason = view.standing.kind === "probe" ? "probe" : "affinity";
    return { kind: "go", deploymentId: home.deploymentId, reason, cachedTokensExpected };
  }
  const patience = patienceMs(cachedTokensExpected, view.rules.cacheReadFraction, wish);
  const isSoon = view.backAtMs - nowMs <= patience - waitedMs;
  return isSoon ? { kind: "wait-for-home", againAtMs: view.backAtMs } : undefined;
}

function hasBetterTier({ rules: { order } }: View, views: readonly View[]): boolean {
  return views.some((one) => one.room === "open" && !one.wasAsked && one.rules.order < order);
}

/** A full group is worth asking again then. Never now: something has to change first. */
function soonest(views: readonly View[], nowMs: number, isNew: boolean): number {
  const times = views.map(({ room, standing, backAtMs }) => {
    if (isNew || room !== "crowded") return backAtMs;
    // As a last resort it is asked when it wakes or has a turn, whether or not it seems full then.
    return isAwake(standing) ? Math.min(backAtMs, nowMs + TURN_MS) : standing.untilMs;
  });
  return times.length === 0 ? nowMs : Math.max(Math.min(...times), nowMs + 1);
}

/** In every second as many get a turn as flow in. */
const TURN_MS = 500;
