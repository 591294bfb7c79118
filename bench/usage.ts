import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildWorker, startLocalWorker, type LocalWorker } from "../scripts/lib/local-worker.ts";

/**
 * How fast reports are when there are a million calls: `npm run bench:usage`, with `-- --rows 100000`
 * for less of everything. Fills a database through the real triggers, then asks the real routes over
 * HTTP, so that a figure is what an administrator waits for.
 */
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    users: { type: "string", default: "500" },
    models: { type: "string", default: "6" },
    days: { type: "string", default: "30" },
    runs: { type: "string", default: "7" },
  },
});

const size = {
  rows: Number(values.rows),
  users: Number(values.users),
  models: Number(values.models),
  days: Number(values.days),
};
const runs = Number(values.runs);

/** What the product promises of the first query, for a million calls. */
const PROMISE_MS = 1_000;

const MASTER_KEY = "sk-bench-0123456789abcdef0123456789abcdef";
const DAY_MS = 86_400_000;

const lastDay = new Date().toISOString().slice(0, "2026-11-21".length);
const firstDay = dayBefore(lastDay, size.days - 1);
const period = `start_date=${firstDay}&end_date=${lastDay}`;

const QUERIES: [name: string, path: string][] = [
  ["user × model × month", `/usage?group_by=user,model,month&page_size=10000&${period}`],
  ["user × model × day, first page", `/usage?group_by=user,model,day&page_size=10000&${period}`],
  [
    "user × model × month, CSV",
    `/usage?group_by=user,model,month&page_size=10000&format=csv&${period}`,
  ],
  ["ten dearest people", `/usage?group_by=user&sort=cost&page_size=10&${period}`],
  ["one person by day", `/usage?group_by=day&user=user-7&${period}`],
  ["heavy users and a plan", `/usage/heavy-users?above_usd=1&plan_usd=100&days=${size.days}`],
  ["trend by outcome", `/usage/trend?${period}`],
  ["hours of one day", `/usage/hourly?start_date=${lastDay}`],
  ["/user/daily/activity", `/user/daily/activity?${period}&page_size=31`],
  [
    "/global/spend/report by team",
    `/global/spend/report?start_date=${dayBefore(lastDay, 6)}&end_date=${lastDay}`,
  ],
  ["/global/spend/logs", "/global/spend/logs"],
  ["/spend/logs by day", `/spend/logs?${period}`],
  ["/spend/logs/ui, first page", "/spend/logs/ui?page_size=50"],
  ["/spend/logs/ui of one person", "/spend/logs/ui?page_size=50&user_id=user-7"],
];

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "sekisho-bench-"));
  try {
    const bundle = path.join(folder, "bundle");
    await buildWorker(bundle);
    const worker = await startLocalWorker({
      bundle,
      storage: path.join(folder, "state"),
      vars: {
        LITELLM_MASTER_KEY: MASTER_KEY,
        SEKISHO_KEY_SECRET: "bench-key-secret-0123456789abcdef0123456789",
        SEKISHO_CONFIG_JSON: JSON.stringify({ source: "bench", version: "bench", config: {} }),
      },
    });
    try {
      await report(worker);
    } finally {
      await worker.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function report(worker: LocalWorker): Promise<void> {
  console.log(`machine: ${machine()}`);
  const loadSeconds = await fill(worker);
  const counts = await worker.sql(
    `SELECT (SELECT count(*) FROM requests) AS calls, (SELECT count(*) FROM daily_usage) AS days,
            (SELECT count(*) FROM hourly_spend) AS hours, (SELECT sum(cost_nano_usd) FROM daily_usage)
            = (SELECT sum(cost_nano_usd) FROM requests) AS balanced`,
  );
  const [{ calls, days, hours, balanced } = {}] = counts;
  console.log(
    `${String(calls)} calls of ${size.users} people and ${size.models} models in ${size.days} days, ` +
      `through the triggers in ${loadSeconds.toFixed(0)} s: ${String(days)} daily sums, ` +
      `${String(hours)} hourly sums, totals ${balanced === 1 ? "equal" : "DIFFER"}`,
  );
  const figures: Figure[] = [];
  for (const [name, route] of QUERIES) figures.push(await time(name, route, worker.url));
  printTable(figures);
  const promised = figures[0]?.medianMs ?? Infinity;
  console.log(
    JSON.stringify({ bench: "usage", ...size, loadSeconds, balanced: balanced === 1, figures }),
  );
  if (promised > PROMISE_MS || balanced !== 1) process.exitCode = 1;
}

/**
 * Rows are made inside the database, where no row has to be carried there, ten thousand to a
 * statement; each fires the triggers a settled call fires. Numbers are mixed by multiplication with
 * a large prime, so that every run has the same rows.
 */
async function fill({ sql }: LocalWorker): Promise<number> {
  const startedMs = Date.now();
  const untilMs = Date.parse(lastDay) + DAY_MS;
  for (let first = 0; first < size.rows; first += ROWS_PER_STATEMENT) {
    const last = Math.min(first + ROWS_PER_STATEMENT, size.rows) - 1;
    const values = [first, last, size.users, size.models, untilMs - size.days * DAY_MS, size.days];
    await withAnotherTry(() => sql(INSERT, ...values));
    if ((last + 1) % 200_000 === 0) console.log(`  ${last + 1} calls`);
  }
  return (Date.now() - startedMs) / 1_000;
}

/** On a busy machine a kept connection may be closed just as it is used; rows already there stay. */
async function withAnotherTry(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    await work();
  }
}

const ROWS_PER_STATEMENT = 10_000;

/** ?1 first row, ?2 last row, ?3 users, ?4 models, ?5 first millisecond, ?6 days. */
const INSERT = `
  WITH RECURSIVE
    n(i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?2),
    mixed AS (SELECT i, (i * 2654435761) % 4294967296 AS m, (i * 40503) % 65536 AS k FROM n),
    call AS (SELECT i, k,
      m % CAST(?3 AS INTEGER) AS person,
      (m / 7) % CAST(?4 AS INTEGER) AS model,
      -- Working hours of a working day, mostly: nine to seven.
      CAST(?5 AS INTEGER) + (m / 11) % CAST(?6 AS INTEGER) * 86400000
        + (9 + (m / 101) % 10) * 3600000 + (m / 13) % 3600000 AS at
      FROM mixed)
  INSERT INTO requests (
    request_id, account_id, key_hash, team_id, user_id, user_email, organization_id, route, call_type,
    stream, model_group, model, deployment_id, provider, region, status, status_code, ending, error_code,
    attempts, day, client, purpose, started_at_ms, first_token_at_ms, ended_at_ms, overhead_ms,
    input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
    reasoning_tokens, usage_source, cost_nano_usd, cost_input_nano_usd, cost_cache_read_nano_usd,
    cost_cache_write_nano_usd, cost_output_nano_usd, cost_reasoning_nano_usd, cost_known,
    key_spend_nano_usd, config_version, tags, key_metadata, parameters)
  SELECT
    printf('call-%012d', i), printf('account-%04d', person), printf('%064x', person + 1),
    'team-' || (person % 25), 'user-' || person, 'user-' || person || '@example.com', 'org-' || (person % 3),
    '/v1/messages', 'anthropic_messages', 1, 'model-' || model, 'vendor-model-' || model,
    'deployment-' || model, CASE model % 3 WHEN 0 THEN 'bedrock' WHEN 1 THEN 'azure' ELSE 'vertex_ai' END,
    'ap-northeast-1', iif(k % 50 = 0, 'failure', 'success'), iif(k % 50 = 0, 429, 200),
    iif(k % 50 = 0, 'refused', 'finished'), iif(k % 50 = 0, 'upstream_rate_limited', NULL),
    1, date(at / 1000, 'unixepoch'), iif(k % 3 = 0, 'codex_cli_rs', 'claude-cli'),
    '', at, at + 800, at + 4000 + k, 3,
    2000 + k, k, k % 300, 0, 100 + k % 900, 0, 'reported',
    iif(k % 50 = 0, 0, 1000000 + k * 400), 1000000, k * 100, k * 100, k * 200, 0, 1,
    0, 'bench', '["User-Agent: bench"]', '{}', '{}'
  FROM call WHERE true
  ON CONFLICT (request_id) DO NOTHING`;

interface Figure {
  name: string;
  medianMs: number;
  slowestMs: number;
  kilobytes: number;
}

async function time(name: string, route: string, url: string): Promise<Figure> {
  const taken: number[] = [];
  let bytes = 0;
  for (let run = 0; run < runs; run += 1) {
    const startedMs = performance.now();
    const response = await fetch(url + route, {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    });
    const body = await response.arrayBuffer();
    taken.push(performance.now() - startedMs);
    bytes = body.byteLength;
    if (!response.ok) throw new Error(`${route}: ${new TextDecoder().decode(body)}`);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  return {
    name,
    medianMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    slowestMs: Math.round(sorted.at(-1) ?? 0),
    kilobytes: Math.round(bytes / 1_000),
  };
}

function printTable(figures: readonly Figure[]): void {
  console.log(`\n| query | median of ${runs} | slowest | answer |\n|---|---|---|---|`);
  for (const { name, medianMs, slowestMs, kilobytes } of figures) {
    console.log(`| ${name} | ${medianMs} ms | ${slowestMs} ms | ${kilobytes} kB |`);
  }
  console.log("");
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, day.length);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${gigabytes} GB, Node ${process.version}, local D1 (workerd)`;
}

await main();
