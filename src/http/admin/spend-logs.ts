import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { countLogs, listLogs, type LogFilter } from "../../platform/db/spend-logs.ts";
import { findUsage, type Dimension, type UsageFilter } from "../../platform/db/usage.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { readRoute, type AdminCall, type AdminRoute } from "./route.ts";
import { renderLog } from "./spend-log-view.ts";
import { requireVisibleUser } from "./spend-visibility.ts";
import {
  addDays,
  daysOf,
  firstMs,
  GROUPS_MAX,
  keyHashOf,
  lastMs,
  moment,
  periodFields,
  periodOf,
  requireComplete,
  startOf,
} from "./usage-period.ts";
import { byFirst, sumAll } from "./usage-sums.ts";

/** LiteLLM's figures: as many rows as it lists, and as many as it counts. */
const ROWS_MAX = 10_000;

const LogsQuery = z.object({
  api_key: field.text.optional(),
  request_id: field.text.optional(),
  user_id: field.text.optional(),
  ...periodFields,
  summarize: field.queryFlag,
});

const PageQuery = z.object({
  start_date: moment,
  end_date: moment,
  api_key: field.text.optional(),
  request_id: field.text.optional(),
  user_id: field.text.optional(),
  team_id: field.text.optional(),
  end_user: field.text.optional(),
  key_alias: field.text.optional(),
  model: field.text.optional(),
  model_id: field.text.optional(),
  session_id: field.text.optional(),
  status_filter: z.enum(["success", "failure"]).optional(),
  error_code: field.text.optional(),
  min_spend: field.spendUsd,
  max_spend: field.spendUsd,
  page: field.pageNumber(1, ROWS_MAX),
  page_size: field.pageNumber(50, 1_000),
  /** `x-sekisho-next-page` of the page before: as far back as there are calls. */
  after: field.cursor,
});

export const spendLogRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/spend/logs"],
    action: "spend.read",
    summary:
      "Single calls, newest first, of a key, a person or an id; with start_date and end_date sums by day, unless summarize=false.",
    query: LogsQuery,
    async answer(call) {
      const { query, deps, coverage } = call;
      if (query.user_id !== undefined) requireVisibleUser(call, query.user_id);
      const keyHash = await keyHashOf(query.api_key, deps);
      const hasDates = query.start_date !== undefined && query.end_date !== undefined;
      if (hasDates && query.request_id === undefined && query.summarize !== false) {
        return summarize(call, keyHash);
      }
      const { start_date: start, end_date: end, request_id: requestId, user_id: userId } = query;
      if (start !== undefined || end !== undefined) periodOf(query, deps);
      const { timeZone } = deps;
      const fromMs = start === undefined ? undefined : startOf(start, timeZone);
      const toMs = end === undefined ? undefined : startOf(addDays(end, 1), timeZone) - 1;
      return allRows({ requestId, keyHash, userId, fromMs, toMs, coverage }, deps);
    },
  }),
  readRoute({
    paths: ["/spend/logs/v2", "/spend/logs/ui"],
    action: "spend.read",
    summary: "Single calls, newest first, a page at a time. The total counts to 10,000.",
    query: PageQuery,
    async answer(call) {
      const { query, deps } = call;
      if (query.user_id !== undefined) requireVisibleUser(call, query.user_id);
      return onePage(await filterOf(call), query, deps);
    },
  }),
];

/** One line per day with a cost for each key, person and model: LiteLLM's shape, keys on top. */
async function summarize(
  { query, deps, coverage }: AdminCall & { query: z.output<typeof LogsQuery> },
  keyHash: string | undefined,
): Promise<Json> {
  const period = periodOf(query, deps);
  const filter: UsageFilter = { key: keyHash, user: query.user_id };
  const costsBy = async (by: Dimension) => {
    const groupBy: Dimension[] = ["day", by];
    const asked = { groupBy, ...period, filter, coverage, size: GROUPS_MAX };
    return byFirst(requireComplete(await findUsage(deps.db, asked)));
  };
  const [keys, users, models] = await Promise.all([
    costsBy("key"),
    costsBy("user"),
    costsBy("served_model"),
  ]);
  const costs = (days: Awaited<ReturnType<typeof costsBy>>, day: string): JsonObject =>
    Object.fromEntries(
      (days.get(day) ?? []).map(({ group: [name = ""], sums }) => [
        name,
        usdFromNano(sums.costNanoUsd),
      ]),
    );
  return daysOf(period).map((day) => ({
    ...costs(keys, day),
    startTime: day,
    spend: usdFromNano(sumAll(keys.get(day) ?? []).costNanoUsd),
    users: costs(users, day),
    models: costs(models, day),
  }));
}

/** Written row by row: ten thousand of them would fill an isolate's memory several times over. */
async function allRows(filter: LogFilter, deps: AdminDeps): Promise<Response> {
  const total = await countLogs(deps.db, filter, ROWS_MAX + 1);
  const pieces = piecesOf(filter, deps);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  const headers = {
    "content-type": "application/json",
    ...(total > ROWS_MAX && { "x-litellm-spend-logs-truncated": "true" }),
  };
  return new Response(body, { headers });
}

async function* piecesOf(filter: LogFilter, deps: AdminDeps): AsyncGenerator<string, void> {
  let after: { atMs: number; id: string } | undefined;
  let written = 0;
  yield "[";
  while (written < ROWS_MAX) {
    const size = Math.min(ROWS_PER_PIECE, ROWS_MAX - written);
    const rows = await listLogs(deps.db, filter, { size, after });
    const last = rows.at(-1);
    if (last === undefined) break;
    yield (written === 0 ? "" : ",") + rows.map((row) => JSON.stringify(renderLog(row))).join(",");
    written += rows.length;
    after = { atMs: last.startedAtMs, id: last.requestId };
    if (rows.length < size) break;
  }
  yield "]";
}

/** With logged content a row may have 20 kB: a piece is then at most 20 MB. */
const ROWS_PER_PIECE = 1_000;

async function filterOf({
  query,
  deps,
  coverage,
}: AdminCall & { query: z.output<typeof PageQuery> }): Promise<LogFilter> {
  const { timeZone } = deps;
  const [fromMs, toMs] = [firstMs(query.start_date, timeZone), lastMs(query.end_date, timeZone)];
  if (fromMs !== undefined && toMs !== undefined && toMs < fromMs) {
    throw wrong("end_date", "is before start_date");
  }
  return {
    requestId: query.request_id,
    keyHash: await keyHashOf(query.api_key, deps),
    userId: query.user_id,
    teamId: query.team_id,
    endUser: query.end_user,
    model: query.model,
    deploymentId: query.model_id,
    keyAlias: query.key_alias,
    sessionId: query.session_id,
    status: query.status_filter,
    errorCode: query.error_code,
    spendMinNanoUsd: query.min_spend,
    spendMaxNanoUsd: query.max_spend,
    fromMs,
    toMs,
    coverage,
  };
}

async function onePage(
  filter: LogFilter,
  { page, page_size: size, after }: z.output<typeof PageQuery>,
  deps: AdminDeps,
): Promise<Response> {
  const offset = after === undefined ? (page - 1) * size : 0;
  if (offset >= ROWS_MAX) {
    throw wrong(
      "page",
      `page numbers reach ${ROWS_MAX} rows; go on with after=<x-sekisho-next-page>`,
    );
  }
  const [found, rows] = await Promise.all([
    countLogs(deps.db, filter, ROWS_MAX + 1),
    listLogs(deps.db, filter, { size, offset, after }),
  ]);
  const total = Math.min(found, ROWS_MAX);
  const last = rows.length < size ? undefined : rows.at(-1);
  const next = last && field.writeCursor({ atMs: last.startedAtMs, id: last.requestId });
  const answer = {
    data: rows.map(renderLog),
    total,
    page,
    page_size: size,
    total_pages: Math.ceil(total / size),
    total_is_capped: found > ROWS_MAX,
  };
  return Response.json(answer, {
    headers: next === undefined ? {} : { "x-sekisho-next-page": next },
  });
}

function wrong(param: string, problem: string): GatewayError {
  return new GatewayError("invalid_request", `${param}: ${problem}`, { param });
}
