import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { NOTHING_SPENT } from "../../src/core/ledger/policy.ts";
import type { ReserveRequest } from "../../src/core/ledger.ts";
import { createRandom, type Random } from "../core/ledger/random.ts";
import { budgetOf, keyPolicy, teamPolicy } from "../core/ledger/samples.ts";
import { callFor, newAccount, settlementOf } from "./accounts.ts";

/**
 * What `test/core/ledger/schedules.test.ts` says of the arithmetic, of the object with its disk, its alarm
 * and its outbox: whatever order things come in, each call is charged once and recorded once, and what
 * the records add up to is what the counters say.
 */
const LIMIT_NANO_USD = 6_000;
const STEPS = 100;
/** What `callFor` holds. */
const HELD_NANO_USD = 100;

type Account = ReturnType<typeof newAccount>;

interface Run {
  account: Account;
  random: Random;
  keyHash: string;
  /** What a call may have cost in the end: its settlement, or all it held where that came first. */
  allowed: Map<string, Set<number>>;
  open: { call: ReserveRequest; costNanoUsd: number }[];
  settled: { call: ReserveRequest; costNanoUsd: number }[];
}

it.each([1, 2, 3])(
  "charges and records every call once, in schedule %i of calls, repeats, deadlines and restarts",
  async (seed) => {
    const run = await startRun(seed);
    for (let step = 0; step < STEPS; step += 1) await takeStep(run);
    for (const one of run.open) await settle(run, one);
    await expireAll(run);
    const rows = await rowsOf(run);
    expect(rows.map((row) => row.id).toSorted()).toEqual([...run.allowed.keys()].toSorted());
    for (const { id, cost } of rows) expect([...(run.allowed.get(id) ?? [])], id).toContain(cost);
    const sum = rows.reduce((total, row) => total + row.cost, 0);
    const standings = await run.account.ledger.standings([
      { kind: "key", id: run.keyHash },
      { kind: "team", id: `team-${seed}` },
    ]);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(LIMIT_NANO_USD);
    for (const standing of standings) {
      expect(standing).toMatchObject({ lifetimeNanoUsd: sum, heldNanoUsd: 0 });
    }
  },
  60_000,
);

async function startRun(seed: number): Promise<Run> {
  const account = newAccount();
  const [keyHash, teamId] = [`schedule-key-${seed}`, `team-${seed}`];
  const limits = budgetOf(LIMIT_NANO_USD);
  await account.ledger.putTeam(teamPolicy({ id: teamId, limits }), NOTHING_SPENT);
  await account.ledger.putKey(keyPolicy({ hash: keyHash, teamId }), NOTHING_SPENT);
  const random = createRandom(seed);
  return { account, random, keyHash, allowed: new Map(), open: [], settled: [] };
}

async function takeStep(run: Run): Promise<void> {
  const { random, account } = run;
  const dice = random.below(100);
  if (dice < 45) return reserve(run);
  if (dice < 75) return settleOne(run);
  if (dice < 85) return repeatOne(run);
  if (dice < 90) return settleWithoutLease(run);
  if (dice < 96) return void (await runDurableObjectAlarm(account.object));
  // Only what runs can be stopped.
  await account.ledger.standings([]);
  await evictDurableObject(account.object);
}

/** Some deadlines have passed already: the alarm and a settlement then race for the call. */
async function reserve(run: Run): Promise<void> {
  const { random, account, keyHash } = run;
  const isAbandoned = random.chance(0.2);
  const deadlineMs = Date.now() + (isAbandoned ? random.below(40) : 600_000);
  const call = callFor({ keyHash, deadlineMs });
  const reply = await account.ledger.reserve(call);
  if (reply.kind !== "admitted") return;
  // The same question again is the same call.
  if (random.chance(0.1)) await account.ledger.reserve(call);
  const costNanoUsd = random.below(HELD_NANO_USD + 1);
  run.allowed.set(call.leaseId, new Set([costNanoUsd, ...(isAbandoned ? [HELD_NANO_USD] : [])]));
  run.open.push({ call, costNanoUsd });
}

async function settleOne(run: Run): Promise<void> {
  const one = run.open.splice(run.random.below(run.open.length), 1)[0];
  if (one !== undefined) await settle(run, one);
}

async function settle(run: Run, one: Run["open"][number]): Promise<void> {
  await run.account.ledger.settle(settlementOf(one.call, one.costNanoUsd));
  run.settled.push(one);
}

/** Later, perhaps after a restart, perhaps by another figure: the first word counts. */
async function repeatOne({ random, settled, account }: Run): Promise<void> {
  const one = random.pick(settled);
  if (one === undefined) return;
  const costNanoUsd = random.chance(0.5) ? one.costNanoUsd : random.below(HELD_NANO_USD);
  await account.ledger.settle(settlementOf(one.call, costNanoUsd));
}

/** A refused call has no lease and costs nothing, and has a record all the same. */
async function settleWithoutLease({ account, keyHash, allowed }: Run): Promise<void> {
  const call = callFor({ keyHash });
  allowed.set(call.leaseId, new Set([0]));
  await account.ledger.settle(settlementOf(call, 0));
}

async function expireAll({ account }: Run): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await runDurableObjectAlarm(account.object);
}

/** From D1, where the queue brings them. */
async function rowsOf({ account, allowed }: Run): Promise<{ id: string; cost: number }[]> {
  const query = `SELECT request_id AS id, cost_nano_usd AS cost FROM requests
    WHERE request_id IN (SELECT value FROM json_each(?))`;
  const ids = JSON.stringify([...allowed.keys()]);
  for (let attempt = 0; ; attempt += 1) {
    await runDurableObjectAlarm(account.object);
    const { results } = await env.DB.prepare(query).bind(ids).all<{ id: string; cost: number }>();
    if (results.length >= allowed.size || attempt === 100) return results;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
