import { loadConfig } from "../../src/core/config/load.ts";
import type { GatewayConfig } from "../../src/core/config/deployment.ts";
import { backoffMs } from "../../src/core/retry-policy.ts";
import type { AttemptReport, Choice, Wish } from "../../src/core/routing/choice.ts";
import {
  decide,
  emptyPool,
  expire,
  groupRules,
  report,
  take,
  type PoolState,
} from "../../src/core/routing/state.ts";
import { inOwnTime, type Clock } from "./clock.ts";
import { note, type Counts } from "./counts.ts";
import type { Outcome } from "./play.ts";
import { bodyOf, readPrompt, type Read } from "./prompt.ts";
import type { Scenario } from "./scenarios.ts";
import { createRandom, type Conversation, type Turn } from "./trace.ts";
import {
  createRegion,
  READING_MS_PER_TOKEN,
  REFUSAL_MS,
  type Quotas,
  type Region,
} from "./vendor.ts";

/**
 * The same traffic in simulated time: the pool's own functions, driven as `dispatch` and the pool drive
 * them. Half an hour takes a second, so that rare things can be counted.
 */
export interface Simulation {
  scenario: Scenario;
  config: GatewayConfig;
  quotas: Quotas;
  trace: readonly Conversation[];
  countsFromMs: number;
  seed: number;
  /** What the regions see is added to it. */
  counts: Counts;
}

export function configIn(file: object): GatewayConfig {
  const loaded = loadConfig(file, "bench", {});
  if (loaded.ok) return loaded.config;
  throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
}

/** Any time will do; windows are told apart by whole seconds since 1970. */
const START_MS = 1_800_000_000_000;

export function simulate(simulation: Simulation): Promise<Outcome[]> {
  return inOwnTime(START_MS, async (clock) => {
    const stage = stageOf(simulation, clock);
    await Promise.all(simulation.trace.map((one) => converse(one, stage)));
    return stage.outcomes;
  });
}

interface Stage extends Simulation {
  clock: Clock;
  random: () => number;
  rules: ReturnType<typeof groupRules>;
  state: PoolState;
  regions: Map<string, Region>;
  outcomes: Outcome[];
}

function stageOf(simulation: Simulation, clock: Clock): Stage {
  const { scenario, config, quotas, seed } = simulation;
  const deployments = config.groups.get(scenario.name) ?? [];
  const regions = deployments.map(({ id }) => {
    const place = id.slice(id.indexOf("@") + 1);
    return [id, createRegion(scenario.isLimited ? quotas[place] : undefined)] as const;
  });
  return {
    ...simulation,
    clock,
    random: createRandom(seed),
    rules: groupRules(scenario.name, deployments, config),
    state: emptyPool(),
    regions: new Map(regions),
    outcomes: [],
  };
}

async function converse(conversation: Conversation, stage: Stage): Promise<void> {
  const { clock } = stage;
  for (const turn of conversation.turns) {
    await clock.sleep(START_MS + turn.atMs - clock.nowMs());
    const outcome = await call(conversation, turn, stage);
    if (turn.atMs >= stage.countsFromMs) stage.outcomes.push(outcome);
  }
}

async function call(conversation: Conversation, turn: Turn, stage: Stage): Promise<Outcome> {
  const { clock, scenario } = stage;
  const body = JSON.stringify(bodyOf(scenario.name, conversation, turn));
  const read = readPrompt(body, conversation.stream);
  const sentMs = clock.nowMs();
  const wish = wishFor(conversation, turn, read, stage);
  /** When each deployment may be asked. */
  const row = new Map(wish.eligible.map((id) => [id, 0]));
  const attemptsMax = 1 + Math.max(stage.config.router.retriesMax, row.size - 1);
  let place = await choose(wish, stage);
  for (const asked: string[] = []; place.kind === "chosen";) {
    const { deploymentId } = place;
    asked.push(deploymentId);
    const askedMs = clock.nowMs();
    if (await ask(place, read, stage)) return { status: 200, addedMs: askedMs - sentMs };
    const backMs = backoffMs({}, asked.length, { random: stage.random, leastMs: 0 });
    row.set(deploymentId, clock.nowMs() + backMs);
    if (asked.length >= attemptsMax) break;
    place = await chooseNext({ ...wish, asked: [...asked] }, row, stage);
  }
  return { status: 429 };
}

function wishFor(
  { id, caller }: Conversation,
  { number }: Turn,
  { tokens, stream }: Read,
  { rules, config: { router }, clock }: Stage,
): Wish {
  return {
    callId: `${id}/${number}`,
    group: rules.group,
    eligible: rules.deployments.map((one) => one.id),
    asked: [],
    // Bytes bound tokens from above.
    tokens: 4 * tokens,
    stream,
    affinity: id,
    cachedTokensGuess: tokens,
    fairTo: String(caller),
    waitMs: stream ? router.streamQueueWaitMs : router.queueWaitMs,
    deadlineMs: clock.nowMs() + router.timeoutMs,
  };
}

/** As the pool does it: at once, or when there is room, as long as the call may wait. */
async function choose(wish: Wish, { clock, rules, state, random }: Stage): Promise<Choice> {
  const untilMs = clock.nowMs() + wish.waitMs;
  for (const sinceMs = clock.nowMs(); ;) {
    const nowMs = clock.nowMs();
    const isOver = nowMs >= untilMs;
    expire(state, nowMs);
    const found = decide(state, rules, wish, nowMs, random, isOver ? Infinity : nowMs - sinceMs);
    if (found.kind === "go") return take(state, wish, found, nowMs);
    if (isOver) return { kind: "full", againAtMs: found.againAtMs };
    const atMs = Math.min(Math.max(found.againAtMs, nowMs + 5), nowMs + LOOK_EVERY_MS, untilMs);
    await clock.sleep(atMs - nowMs);
  }
}

/** The pool looks whenever a place is given back, which is about as often. */
const LOOK_EVERY_MS = 200;

/** As `dispatch` does it after a failure: who was not asked, else who may be asked again soon. */
async function chooseNext(
  wish: Wish,
  row: ReadonlyMap<string, number>,
  stage: Stage,
): Promise<Choice> {
  const { clock } = stage;
  let waitedMs = 0;
  for (let atMs = clock.nowMs(); ;) {
    const eligible = [...row].filter(([, againAtMs]) => againAtMs <= atMs).map(([id]) => id);
    const found = eligible.length > 0 ? await choose({ ...wish, eligible }, stage) : undefined;
    if (found?.kind === "chosen") return found;
    const later = [...row.values()].filter((againAtMs) => againAtMs > atMs);
    const fullMs = found === undefined ? Infinity : Math.max(found.againAtMs, atMs + 50);
    const nextMs = Math.min(...later, fullMs);
    const waitMs = nextMs - atMs;
    if (waitMs > WAIT_MS_MAX || waitedMs + waitMs > WAITS_MS_MAX) {
      return { kind: "full", againAtMs: nextMs };
    }
    waitedMs += waitMs;
    await clock.sleep(nextMs - clock.nowMs());
    atMs = Math.max(nextMs, clock.nowMs());
  }
}

/** Those of `pipeline/retrying.ts`. */
const WAIT_MS_MAX = 10_000;
const WAITS_MS_MAX = 30_000;

/** Whether the deployment answered; the pool is told in either case. */
async function ask(place: Chosen, read: Read, stage: Stage): Promise<boolean> {
  const { clock, rules, state, regions, counts, countsFromMs } = stage;
  const { deploymentId, ticket } = place;
  const taken = regions.get(deploymentId)?.take(read, clock.nowMs());
  if (clock.nowMs() >= START_MS + countsFromMs)
    note(counts, deploymentId, read, taken?.cachedTokens);
  const told = { callId: ticket, group: rules.group, deploymentId, ticket };
  const tell = (result: AttemptReport["result"], tokens: number | null): void =>
    report(state, rules, { ...told, result, tokens, cachedTokens: tokens ?? 0 }, clock.nowMs());
  if (taken === undefined) {
    await clock.sleep(REFUSAL_MS);
    tell({ kind: "failed", category: "rate-limit" }, null);
    return false;
  }
  const readingMs = Math.round((read.tokens - taken.cachedTokens) * READING_MS_PER_TOKEN);
  const [firstTokenMs, totalMs] = [readingMs + read.firstTokenMs, readingMs + read.totalMs];
  await clock.sleep(totalMs);
  tell({ kind: "answered", firstTokenMs: read.stream ? firstTokenMs : null, totalMs }, read.tokens);
  return true;
}

type Chosen = Extract<Choice, { kind: "chosen" }>;
