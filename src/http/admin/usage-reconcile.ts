import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import { dayOf } from "../../core/usage-labels.ts";
import {
  findKeyDifferences,
  reconcileDays,
  sumOfKey,
  type Tally,
} from "../../platform/db/usage-reconcile.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { requireKey } from "./key-changes.ts";
import { readRoute, type AdminRoute } from "./route.ts";
import { hoursOf } from "./usage-reports.ts";
import { daysOf, periodFields, periodOf } from "./usage-period.ts";

/** Rows are read one by one, so this is about days and not about years. */
const DAYS_MAX = 31;
const DIFFERENCES_MAX = 100;

const ReconcileQuery = z.object({ ...periodFields, key: field.text.optional() });

/** Whether rows, sums and counters say the same. They have to, unless somebody changed one of them. */
export const reconcileRoutes: AdminRoute[] = [
  readRoute({
    paths: ["/usage/reconcile"],
    action: "spend.read-all",
    summary:
      "Compares single calls, their sums by day and hour, and the spend of keys; with key= also that key's account.",
    query: ReconcileQuery,
    async answer({ query, deps }) {
      const period = periodOf(query, deps, 1, DAYS_MAX);
      const days = daysOf(period);
      const { fromMs, untilMs } = hoursOf(period, deps.timeZone);
      const found = await reconcileDays(deps.db, { ...period, fromMs, untilMs });
      const oldestDay = found.oldestMs === null ? null : dayOf(found.oldestMs, deps.timeZone);
      const compared = days.map((day) => {
        const { rows, sums } = found.days.get(day) ?? { rows: NOTHING, sums: NOTHING };
        return { day, ...compare(rows, sums, oldestDay === null || day <= oldestDay) };
      });
      const hours = compare(
        found.hours.rows,
        found.hours.sums,
        days[0] === undefined || oldestDay === null || days[0] <= oldestDay,
      );
      const keys = await findKeyDifferences(deps.db, DIFFERENCES_MAX);
      return {
        matches: [...compared, hours].every(({ result }) => result !== "differs"),
        days: compared,
        hours,
        // Not an error by itself: an administrator may have set what a key has spent.
        keys_that_differ: keys.map((one) => ({
          key: one.keyHash,
          spend_usd: usdFromNano(one.spendNanoUsd),
          sums_usd: usdFromNano(one.sumsNanoUsd),
        })),
        key: query.key === undefined ? null : await compareKey(query.key, deps),
      };
    },
  }),
];

const NOTHING: Tally = { requests: 0, costNanoUsd: 0 };

/** Where old calls were removed, rows say less than sums, and nothing is wrong. */
function compare(rows: Tally, sums: Tally, mayBeRemoved: boolean) {
  const isSame = rows.requests === sums.requests && rows.costNanoUsd === sums.costNanoUsd;
  const isLess = rows.requests <= sums.requests && rows.costNanoUsd <= sums.costNanoUsd;
  const result = isSame ? "matches" : mayBeRemoved && isLess ? "rows_removed" : "differs";
  return { result, rows: renderTally(rows), sums: renderTally(sums) };
}

function renderTally({ requests, costNanoUsd }: Tally): JsonObject {
  return { requests, cost_usd: usdFromNano(costNanoUsd) };
}

/** The account is ahead of D1 by what is still in the queue, a second or two of calls. */
async function compareKey(keyOrHash: string, deps: AdminDeps): Promise<JsonObject> {
  const row = await requireKey(keyOrHash, deps);
  const sums = await sumOfKey(deps.db, row.hash);
  const [standing] = await deps.account(row.accountId).standings([{ kind: "key", id: row.hash }]);
  const accountNanoUsd = standing?.lifetimeNanoUsd ?? 0;
  return {
    key: row.hash,
    account_usd: usdFromNano(accountNanoUsd),
    held_usd: usdFromNano(standing?.heldNanoUsd ?? 0),
    spend_usd: usdFromNano(row.spendNanoUsd),
    sums_usd: usdFromNano(sums.costNanoUsd),
    matches: accountNanoUsd === row.spendNanoUsd && row.spendNanoUsd === sums.costNanoUsd,
  };
}
