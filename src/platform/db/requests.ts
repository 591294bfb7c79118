import type { CallRecord } from "../../core/record.ts";
import { labelsOf } from "../../core/usage-labels.ts";
import type { Exports, requests } from "./schema/requests.ts";

/**
 * Stores records that are not stored yet and leaves the others alone; sums follow by trigger, those
 * per day by the calendar of `timeZone`. When it throws, some chunks may be in: calling it again is
 * always safe.
 */
export async function insertRequests(
  db: D1Database,
  records: readonly CallRecord[],
  timeZone: string,
): Promise<void> {
  const statement = db.prepare(INSERT);
  const labelled = records.map((record) => ({ ...record, ...labelsOf(record, timeZone) }));
  for (const chunk of cutJson(labelled)) await statement.bind(chunk).run();
}

/** Which sinks are done with which of these records: request id → sinks' names. */
export async function findExports(
  db: D1Database,
  requestIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  const statement = db.prepare(
    `SELECT request_id AS requestId, sink.key AS sink
     FROM requests, json_each(requests.exports) AS sink
     WHERE request_id IN (SELECT value FROM json_each(?1))`,
  );
  const found = new Map<string, Set<string>>();
  for (const chunk of cutJson(requestIds)) {
    const { results } = await statement.bind(chunk).all<{ requestId: string; sink: string }>();
    for (const { requestId, sink } of results) {
      found.set(requestId, (found.get(requestId) ?? new Set()).add(sink));
    }
  }
  return found;
}

/** Remembers that a sink is done with these records, so that it never gets them again. */
export async function markExported(
  db: D1Database,
  sink: string,
  outcome: Exports[string]["outcome"],
  requestIds: readonly string[],
  atMs: number,
): Promise<void> {
  const statement = db.prepare(
    // D1 binds every number as a float, which JSON would show.
    `UPDATE requests
     SET exports = json_set(exports, '$.' || json_quote(?1), json_object('outcome', ?2, 'atMs', CAST(?3 AS INTEGER)))
     WHERE request_id IN (SELECT value FROM json_each(?4))`,
  );
  for (const chunk of cutJson(requestIds)) await statement.bind(sink, outcome, atMs, chunk).run();
}

type Columns = (typeof requests)["_"]["columns"];
type ColumnName = Columns[keyof Columns]["_"]["name"];

/** Where each column's value stands in the JSON of a labelled `CallRecord`. */
const PATHS: Record<Exclude<ColumnName, "exports">, string> = {
  request_id: "$.requestId",
  response_id: "$.responseId",
  session_id: "$.sessionId",
  account_id: "$.accountId",
  key_hash: "$.keyHash",
  key_alias: "$.keyAlias",
  team_id: "$.teamId",
  team_alias: "$.teamAlias",
  user_id: "$.userId",
  user_email: "$.userEmail",
  organization_id: "$.organizationId",
  end_user: "$.endUser",
  route: "$.route",
  call_type: "$.callType",
  stream: "$.stream",
  model_group: "$.modelGroup",
  model: "$.model",
  deployment_id: "$.deploymentId",
  provider: "$.provider",
  api_base: "$.apiBase",
  region: "$.region",
  status: "$.status",
  status_code: "$.statusCode",
  ending: "$.ending",
  error_code: "$.errorCode",
  cache_hit: "$.cacheHit",
  attempts: "$.attempts",
  route_reason: "$.routeReason",
  cached_tokens_expected: "$.cachedTokensExpected",
  fallback_from: "$.fallbackFrom",
  hedged_nano_usd: "$.hedgedNanoUsd",
  day: "$.day",
  client: "$.client",
  purpose: "$.purpose",
  started_at_ms: "$.startedAtMs",
  first_token_at_ms: "$.firstTokenAtMs",
  ended_at_ms: "$.endedAtMs",
  overhead_ms: "$.overheadMs",
  input_tokens: "$.usage.inputTokens",
  cache_read_tokens: "$.usage.cacheReadTokens",
  cache_write_5m_tokens: "$.usage.cacheWrite5mTokens",
  cache_write_1h_tokens: "$.usage.cacheWrite1hTokens",
  output_tokens: "$.usage.outputTokens",
  reasoning_tokens: "$.usage.reasoningTokens",
  usage_source: "$.usageSource",
  cost_nano_usd: "$.costNanoUsd",
  cost_input_nano_usd: "$.cost.input",
  cost_cache_read_nano_usd: "$.cost.cacheRead",
  cost_cache_write_nano_usd: "$.cost.cacheWrite",
  cost_output_nano_usd: "$.cost.output",
  cost_reasoning_nano_usd: "$.cost.reasoning",
  cost_known: "$.costKnown",
  key_spend_nano_usd: "$.keySpendNanoUsd",
  key_max_budget_nano_usd: "$.keyMaxBudgetNanoUsd",
  key_budget_reset_at_ms: "$.keyBudgetResetAtMs",
  price_source: "$.priceSource",
  config_version: "$.configVersion",
  tags: "$.tags",
  key_metadata: "$.keyMetadata",
  requester_ip: "$.requesterIp",
  user_agent: "$.userAgent",
  parameters: "$.parameters",
  content: "$.content",
};

/**
 * One statement and one bound parameter for any number of rows: D1 binds at most 100 parameters, and
 * a row per statement costs three times the CPU. `->>` gives objects as JSON text and null as NULL.
 *
 * `ON CONFLICT (request_id) DO NOTHING` and not `OR IGNORE`, which would also swallow a row that lacks
 * a value, and its money with it. `WHERE true` keeps the parser from reading `ON CONFLICT` as a join.
 */
const INSERT = `
  INSERT INTO requests (${Object.keys(PATHS).join(", ")})
  SELECT ${Object.values(PATHS).map(valueAt).join(", ")}
  FROM json_each(?1) WHERE true
  ON CONFLICT (request_id) DO NOTHING`;

function valueAt(path: string): string {
  const value = `value ->> '${path}'`;
  if (path !== PATHS.key_hash) return value;
  // A call may be on its way here while its key is rotated: it belongs to the key as it is now.
  const [present, rotated] = ["hash", "previous_hash"].map(
    (column) => `(SELECT hash FROM keys WHERE ${column} = ${value})`,
  );
  return `coalesce(${present}, ${rotated}, ${value})`;
}

/** JSON arrays of the items in order, none larger than D1 accepts in one bound value. */
function* cutJson(items: readonly unknown[]): Generator<string> {
  let texts: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    // At most three bytes of UTF-8 per UTF-16 unit: a bound that needs no encoding to know.
    const bytesMax = text.length * 3 + 1;
    if (texts.length > 0 && bytes + bytesMax > PARAMETER_BYTES_MAX) {
      yield `[${texts.join(",")}]`;
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += bytesMax;
  }
  if (texts.length > 0) yield `[${texts.join(",")}]`;
}

/** D1 takes values up to 2,000,000 bytes; a tenth is left for whatever its own protocol adds. */
const PARAMETER_BYTES_MAX = 1_800_000;
