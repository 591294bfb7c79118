import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { entry } from "../test/e2e/world.ts";
import { startUpstream, type Upstream } from "../test/upstream/upstream.ts";
import {
  findFreePort,
  startKillable,
  type Killable,
  type KillableOptions,
} from "./kill-process.ts";

export interface KillPlan {
  kills: number;
  parallel: number;
  /** How long the gateway lives before each kill, at least and at most. */
  lifeMs: [number, number];
  /** How long calls nobody settled may take to be resolved after the last kill; 0: they are left open. */
  resolveMs: number;
  say?: (line: string) => void;
}

export interface KillFigures {
  kills: number;
  /** Calls that were sent, that the stand-in took, and that a caller saw to their end. */
  sent: number;
  taken: number;
  complete: number;
  /** Complete well before a kill, so surely settled. */
  surelySettled: number;
  settled: number;
  unsettled: number;
  /** Calls the stand-in took and nobody has charged. */
  unresolved: number;
  /** What must be empty: a sentence for every thing that is wrong. */
  faults: string[];
  billNanoUsd: number;
  rowsNanoUsd: number;
  spentNanoUsd: Record<string, number>;
  /** From the last kill until the last call was resolved. */
  resolvedAfterMs: number | null;
}

const MASTER_KEY = "sk-chaos-0123456789abcdef0123456789abcdef";
const TOKENS = 40;
/** A call nobody settles is charged for as many as it was allowed. */
const TOKENS_MAX = 100;
const NANO_USD_PER_TOKEN = 10_000;
/** Settling follows the answer within milliseconds; on a busy machine this is generous. */
const SETTLED_WITHIN_MS = 1_000;

interface Call {
  /** Travels as the end user's name, and so into the record. */
  name: string;
  key: number;
  completeAtMs: number | null;
}

/**
 * Kills the gateway again and again in the middle of load and starts it on what it left behind. Then
 * every call is looked for in D1, in the accounts' counters, and on the stand-in's bill.
 */
export async function runKills(bundle: string, plan: KillPlan): Promise<KillFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), "sekisho-kill-"));
  const upstream = await startUpstream();
  // A fifth of a second a call, so that many are in flight whenever the end comes.
  upstream.script({ vendor: "openai" }, [{ paceMs: 5 }], { sticky: true });
  try {
    const options = await optionsFor(upstream, bundle, folder);
    return await killAndCount(options, upstream, plan);
  } finally {
    await upstream.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function killAndCount(
  options: KillableOptions,
  upstream: Upstream,
  plan: KillPlan,
): Promise<KillFigures> {
  const { say = () => undefined } = plan;
  const calls: Call[] = [];
  const killedAtMs: number[] = [];
  const spentBefore: Record<string, number> = {};
  const faults: string[] = [];
  let gateway = await startKillable(options);
  const people = await makePeople(gateway.url);
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    const [atLeastMs, atMostMs] = plan.lifeMs;
    const lifeMs = atLeastMs + ((kill * 2_654_435_761) % 997) * ((atMostMs - atLeastMs) / 997);
    const load = startLoad(gateway.url, people.keys, plan.parallel, calls);
    await sleep(lifeMs);
    Object.assign(spentBefore, await spentBy(gateway.url, people));
    await gateway.kill();
    killedAtMs.push(Date.now());
    await load.stop();
    gateway = await startKillable(options);
    const spent = await spentBy(gateway.url, people);
    for (const [name, before] of Object.entries(spentBefore)) {
      const after = spent[name] ?? 0;
      if (after < before)
        faults.push(`kill ${kill}: ${name} had spent ${before}, and now ${after}`);
    }
    say(`kill ${kill} after ${Math.round(lifeMs)} ms: ${calls.length} calls so far`);
  }
  try {
    return await count(gateway, upstream, people, { calls, killedAtMs, faults, plan });
  } finally {
    await gateway.kill();
  }
}

async function optionsFor(
  { url, credentials }: Upstream,
  bundle: string,
  folder: string,
): Promise<KillableOptions> {
  const model = entry("metered", {
    model: "openai/gpt-4.1",
    api_base: `${url}/openai/v1`,
    api_key: credentials.openaiApiKey,
    input_cost_per_token: 0,
    output_cost_per_token: NANO_USD_PER_TOKEN * 1e-9,
  });
  const config = { source: "chaos", version: "chaos", config: { model_list: [model] } };
  return {
    bundle,
    storage: path.join(folder, "state"),
    port: await findFreePort(),
    vars: {
      LITELLM_MASTER_KEY: MASTER_KEY,
      SEKISHO_KEY_SECRET: "chaos-key-secret-0123456789abcdef0123456789",
      SEKISHO_LOCAL: "1",
      SEKISHO_CONFIG_JSON: JSON.stringify(config),
    },
  };
}

interface People {
  keys: { key: string; hash: string }[];
  teamId: string;
  organizationId: string;
}

/** Two keys of a team in an organization, two of a person, one of nobody. */
async function makePeople(url: string): Promise<People> {
  const post = (route: string, body: object) => ask(url, route, body);
  const { organization_id: organizationId } = await post("/organization/new", {
    max_budget: 1_000,
  });
  const { team_id: teamId } = await post("/team/new", {
    organization_id: organizationId,
    max_budget: 1_000,
  });
  await post("/user/new", { user_id: "hanako", max_budget: 1_000, auto_create_key: false });
  const wishes = [
    { team_id: teamId, max_budget: 1_000 },
    { team_id: teamId },
    { user_id: "hanako", max_budget: 1_000, budget_duration: "30d" },
    { user_id: "hanako" },
    {},
  ];
  const keys: People["keys"] = [];
  for (const wish of wishes) {
    const { key, token_id: hash } = await post("/key/generate", wish);
    keys.push({ key: String(key), hash: String(hash) });
  }
  return { keys, teamId: String(teamId), organizationId: String(organizationId) };
}

function startLoad(url: string, keys: People["keys"], parallel: number, calls: Call[]) {
  let isOver = false;
  const caller = async (): Promise<void> => {
    while (!isOver) {
      const call: Call = {
        name: `call-${calls.length}`,
        key: calls.length % keys.length,
        completeAtMs: null,
      };
      calls.push(call);
      const isComplete = await send(url, keys[call.key]?.key ?? "", call).catch(() => false);
      if (isComplete) call.completeAtMs = Date.now();
      // After a kill every call fails at once.
      else await sleep(20);
    }
  };
  const done = Promise.all(Array.from({ length: parallel }, caller));
  return {
    async stop() {
      isOver = true;
      await done;
    },
  };
}

/** True when the whole answer arrived. Every other call streams. */
async function send(url: string, key: string, { name }: Call): Promise<boolean> {
  const stream = Number(name.slice("call-".length)) % 2 === 1;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: "metered",
      max_tokens: TOKENS_MAX,
      user: name,
      stream,
      messages: [{ role: "user", content: `tokens:${TOKENS} please, for ${name}.` }],
    }),
  });
  const text = await response.text();
  return response.status === 200 && (!stream || text.includes("[DONE]"));
}

interface Counted {
  calls: Call[];
  killedAtMs: number[];
  faults: string[];
  plan: KillPlan;
}

interface Row {
  end_user: string;
  key_hash: string;
  ending: string;
  cost_nano_usd: number;
}

async function count(
  gateway: Killable,
  upstream: Upstream,
  people: People,
  { calls, killedAtMs, faults, plan }: Counted,
): Promise<KillFigures> {
  const taken = callsTaken(upstream);
  const lastKillMs = killedAtMs.at(-1) ?? Date.now();
  const rows = await rowsOnceQuiet(gateway, taken, lastKillMs, plan);
  const resolvedAfterMs = taken.isSubsetOf(new Set(rows.map((row) => row.end_user)))
    ? Date.now() - lastKillMs
    : null;
  const byName = new Map<string, Row>();
  for (const row of rows) {
    if (byName.has(row.end_user)) faults.push(`${row.end_user} was recorded twice`);
    byName.set(row.end_user, row);
  }
  const isSure = ({ completeAtMs }: Call): boolean =>
    completeAtMs !== null &&
    !killedAtMs.some((atMs) => atMs >= completeAtMs && atMs - completeAtMs < SETTLED_WITHIN_MS);
  const sure = calls.filter(isSure);
  for (const { name } of sure) {
    const row = byName.get(name);
    if (row?.ending !== "finished")
      faults.push(`${name} was settled, and is ${row?.ending ?? "gone"}`);
  }
  for (const row of rows)
    if (!isPriced(row)) faults.push(`${row.end_user} costs ${row.cost_nano_usd}`);
  const rowsNanoUsd = sum(rows);
  const spentNanoUsd = await spentBy(gateway.url, people);
  for (const [name, expected] of Object.entries(sumsOf(rows, people))) {
    const spent = spentNanoUsd[name];
    if (spent !== expected) faults.push(`${name} has spent ${spent}, its rows say ${expected}`);
  }
  const unresolved = [...taken].filter((name) => !byName.has(name));
  if (plan.resolveMs > 0 && unresolved.length > 0) {
    faults.push(`${unresolved.length} calls were never charged, such as ${unresolved[0]}`);
  }
  const billNanoUsd =
    [...taken].filter((name) => byName.has(name)).length * TOKENS * NANO_USD_PER_TOKEN;
  if (rowsNanoUsd < billNanoUsd) faults.push(`the bill is ${billNanoUsd}, the rows ${rowsNanoUsd}`);
  return {
    kills: killedAtMs.length,
    sent: calls.length,
    taken: taken.size,
    complete: calls.filter((call) => call.completeAtMs !== null).length,
    surelySettled: sure.length,
    settled: rows.filter((row) => row.ending === "finished").length,
    unsettled: rows.filter((row) => row.ending === "unsettled").length,
    unresolved: unresolved.length,
    faults,
    billNanoUsd,
    rowsNanoUsd,
    spentNanoUsd,
    resolvedAfterMs,
  };
}

/** The real cost where the call was settled, what it was allowed where it was not; never nothing. */
function isPriced({ ending, cost_nano_usd: cost }: Row): boolean {
  if (ending === "finished") return cost === TOKENS * NANO_USD_PER_TOKEN;
  if (ending === "unsettled") return cost === TOKENS_MAX * NANO_USD_PER_TOKEN;
  // Cut by the kill while the gateway itself was still there to say so.
  return cost > 0 && cost <= TOKENS_MAX * NANO_USD_PER_TOKEN;
}

function callsTaken({ requests }: Upstream): Set<string> {
  const names = requests.flatMap(({ body, refusal }) => {
    const name = /for (call-\d+)\./.exec(JSON.stringify(body))?.[1];
    return name === undefined || refusal !== undefined ? [] : [name];
  });
  return new Set(names);
}

/** Rows of calls, once they have stopped coming: all of them, or as many as come in time. */
async function rowsOnceQuiet(
  { sql }: Killable,
  taken: ReadonlySet<string>,
  sinceMs: number,
  { resolveMs, say }: KillPlan,
): Promise<Row[]> {
  let rows: Row[] = [];
  let changedAtMs = Date.now();
  for (;;) {
    const now = (await sql(
      "SELECT end_user, key_hash, ending, cost_nano_usd FROM requests WHERE end_user LIKE 'call-%' AND cost_nano_usd > 0",
    )) as unknown as Row[];
    if (now.length !== rows.length) {
      changedAtMs = Date.now();
      say?.(`${now.length} rows, ${taken.size} calls taken`);
    }
    rows = now;
    const isAll = taken.isSubsetOf(new Set(rows.map((row) => row.end_user)));
    const isLate = Date.now() - sinceMs > resolveMs;
    if ((isAll || isLate) && Date.now() - changedAtMs > QUIET_MS) return rows;
    await sleep(250);
  }
}

/** Outbox and queue gather for a second each. */
const QUIET_MS = 4_000;

function sumsOf(rows: readonly Row[], { keys }: People): Record<string, number> {
  const of = (indexes: number[]): number =>
    sum(rows.filter((row) => indexes.some((index) => keys[index]?.hash === row.key_hash)));
  const sums = Object.fromEntries(keys.map((_, index) => [`key ${index}`, of([index])]));
  return { ...sums, team: of([0, 1]), person: of([2, 3]), organization: of([0, 1]) };
}

/** By the accounts' counters, not by D1. */
async function spentBy(
  url: string,
  { keys, teamId, organizationId }: People,
): Promise<Record<string, number>> {
  const spent: Record<string, number> = {};
  for (const [index, { key }] of keys.entries()) {
    spent[`key ${index}`] = spendIn((await ask(url, `/key/info?key=${key}`))["info"]);
  }
  spent["team"] = spendIn((await ask(url, `/team/info?team_id=${teamId}`))["team_info"]);
  spent["person"] = spendIn((await ask(url, "/user/info?user_id=hanako"))["user_info"]);
  spent["organization"] = spendIn(
    await ask(url, `/organization/info?organization_id=${organizationId}`),
  );
  return spent;
}

function spendIn(shown: unknown): number {
  return Math.round(Number((shown as { spend: number }).spend) * 1e9);
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + row.cost_nano_usd, 0);
}

async function ask(url: string, route: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(url + route, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
