import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { entry } from "../test/e2e/world.ts";
import { startUpstream, type Upstream } from "../test/upstream/upstream.ts";
import {
  ask,
  countCalls,
  MASTER_KEY,
  NANO_USD_PER_TOKEN,
  spentBy,
  TOKENS,
  TOKENS_MAX,
  type Call,
  type KillFigures,
  type KillPlan,
  type People,
} from "./kill-count.ts";
import { findFreePort, startKillable, type KillableOptions } from "./kill-process.ts";

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
    return await countCalls(gateway, upstream, people, { calls, killedAtMs, faults, plan });
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
