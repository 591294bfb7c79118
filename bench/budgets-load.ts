import { createHash } from "node:crypto";
import type { Gateway } from "../test/e2e/gateway.ts";
import { entry } from "../test/e2e/world.ts";
import type { Upstream } from "../test/upstream/upstream.ts";

/** Output tokens of a call and the price of each: from 0.002 to 0.08 cents a call, 0.03 on average. */
const PRICES = [
  { model: "small", tokens: 20, usdPerToken: 1e-6 },
  { model: "middle", tokens: 60, usdPerToken: 2e-6 },
  { model: "large", tokens: 200, usdPerToken: 1e-6 },
  { model: "dear", tokens: 200, usdPerToken: 4e-6 },
];

export interface NestedLoad {
  calls: number;
  parallel: number;
  /** Of the key, of its team and of the organization. */
  budgetUsd: number;
}

export interface NestedFigures {
  seconds: number;
  callsPerSecond: number;
  medianMs: number;
  slowestMs: number;
  served: number;
  refused: number;
  /** Ended otherwise, by status. */
  failed: Record<string, number>;
  /** Refusals by whose budget they name; `nobody` must not be among them. */
  named: Record<string, number>;
  budgetNanoUsd: number;
  /** What the stand-in would bill, what D1's rows add up to, and what each account says it spent. */
  billNanoUsd: number;
  rowsNanoUsd: number;
  spentNanoUsd: { key: number; team: number; organization: number };
  overspentNanoUsd: number;
  utilisation: number;
}

/** Entries of `model_list` with those prices, served by the stand-in for OpenAI. */
export function pricedModels({ url, credentials }: Upstream): object[] {
  return PRICES.map(({ model, usdPerToken }) =>
    entry(model, {
      model: "openai/gpt-4.1",
      api_base: `${url}/openai/v1`,
      api_key: credentials.openaiApiKey,
      input_cost_per_token: 0,
      output_cost_per_token: usdPerToken,
    }),
  );
}

/**
 * Calls of mixed prices, many at a time, by one key in a team in an organization, which have one budget
 * of the same size each. They want several times as much as there is.
 */
export async function runNestedBudgets(
  gateway: Gateway,
  upstream: Upstream,
  { calls, parallel, budgetUsd }: NestedLoad,
): Promise<NestedFigures> {
  const names = ["nested organization", "nested team", "nested key"] as const;
  const organizationId = await make(gateway, "/organization/new", "organization_id", {
    organization_alias: names[0],
    max_budget: budgetUsd,
  });
  const teamId = await make(gateway, "/team/new", "team_id", {
    team_alias: names[1],
    organization_id: organizationId,
    max_budget: budgetUsd,
  });
  const key = await gateway.createKey({
    key_alias: names[2],
    team_id: teamId,
    max_budget: budgetUsd,
  });

  const startedMs = performance.now();
  const answers: Answer[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < calls; index = next++) {
      answers.push(await call(gateway.url, key, index));
    }
  };
  await Promise.all(Array.from({ length: parallel }, caller));
  const seconds = (performance.now() - startedMs) / 1_000;

  const served = answers.filter((one) => one.status === 200);
  const refused = answers.filter((one) => one.status === 429);
  const rowsNanoUsd = await sumOfRows(gateway, key, served.length);
  const spentNanoUsd = {
    key: await spendOf(gateway, `/key/info?key=${key}`, "info"),
    team: await spendOf(gateway, `/team/info?team_id=${teamId}`, "team_info"),
    organization: await spendOf(gateway, `/organization/info?organization_id=${organizationId}`),
  };
  const budgetNanoUsd = Math.round(budgetUsd * 1e9);
  const taken = answers.map((one) => one.tookMs).toSorted((a, b) => a - b);
  return {
    seconds,
    callsPerSecond: answers.length / seconds,
    medianMs: taken[Math.floor(taken.length / 2)] ?? 0,
    slowestMs: taken.at(-1) ?? 0,
    served: served.length,
    refused: refused.length,
    failed: countBy(
      answers.filter((one) => one.status !== 200 && one.status !== 429),
      (one) => String(one.status),
    ),
    named: countBy(
      refused,
      ({ message }) => names.find((name) => message.includes(name)) ?? "nobody",
    ),
    budgetNanoUsd,
    billNanoUsd: billOf(upstream),
    rowsNanoUsd,
    spentNanoUsd,
    overspentNanoUsd: Math.max(rowsNanoUsd - budgetNanoUsd, 0),
    utilisation: rowsNanoUsd / budgetNanoUsd,
  };
}

interface Answer {
  status: number;
  message: string;
  tookMs: number;
}

/** Prices come in no order, and the same in every run. */
function priceOf(index: number) {
  return PRICES[((index * 2_654_435_761) % 97) % PRICES.length];
}

async function call(url: string, key: string, index: number): Promise<Answer> {
  const { model = "", tokens = 1 } = priceOf(index) ?? {};
  const startedMs = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      max_tokens: tokens,
      messages: [{ role: "user", content: `tokens:${tokens} please, this is call ${index}` }],
    }),
  });
  const text = await response.text();
  const tookMs = performance.now() - startedMs;
  return { status: response.status, message: response.ok ? "" : text, tookMs };
}

/** The stand-in writes exactly what was asked for, so what it served says what it costs. */
function billOf({ requests }: Upstream): number {
  let nanoUsd = 0;
  for (const { body, refusal, finishedAtMs } of requests) {
    if (refusal !== undefined || finishedAtMs === undefined) continue;
    const text = JSON.stringify(body);
    const index = Number(/this is call (\d+)/.exec(text)?.[1]);
    const { tokens = 0, usdPerToken = 0 } = priceOf(index) ?? {};
    nanoUsd += Math.ceil(tokens * Math.round(usdPerToken * 1e12) * 1e-3);
  }
  return nanoUsd;
}

/** Records travel by outbox and queue; they are there within seconds. */
async function sumOfRows(gateway: Gateway, key: string, served: number): Promise<number> {
  const hash = createHash("sha256").update(key).digest("hex");
  const query = `SELECT count(*) AS calls, coalesce(sum(cost_nano_usd), 0) AS cost
    FROM requests WHERE key_hash = ? AND status = 'success'`;
  for (const deadlineMs = Date.now() + 60_000; ;) {
    const [row] = await gateway.sql(query, hash);
    if (Number(row?.["calls"]) >= served || Date.now() > deadlineMs) return Number(row?.["cost"]);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function make(gateway: Gateway, path: string, id: string, body: object): Promise<string> {
  const answer = await ask(gateway, path, { method: "POST", body });
  return String(answer[id]);
}

async function spendOf(gateway: Gateway, path: string, under?: string): Promise<number> {
  const answer = await ask(gateway, path);
  const shown = under === undefined ? answer : (answer[under] as Record<string, unknown>);
  return Math.round(Number(shown["spend"]) * 1e9);
}

async function ask(
  gateway: Gateway,
  path: string,
  init: { method?: string; body?: object } = {},
): Promise<Record<string, unknown>> {
  const response = await gateway.admin(path, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

function countBy<Item>(items: readonly Item[], nameOf: (item: Item) => string) {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
