import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { usdFromNano } from "../../core/money.ts";
import type { KeyRow } from "../../platform/db/schema/identity.ts";
import type { AdminDeps } from "./deps.ts";
import * as field from "./fields.ts";
import { keyAudit, requireOwnKey } from "./key-access.ts";
import { UpdateKey } from "./key-body.ts";
import { liveSpend, setSpend } from "./key-changes.ts";
import { updateKey } from "./key-update.ts";
import { renderKeyRow } from "./key-view.ts";
import { budgetResetAt } from "./render.ts";
import { bodyRoute, type AdminCall, type AdminRoute } from "./route.ts";

/** Each key is several statements and a call to its account; an invocation has a thousand of both. */
const BULK_KEYS_MAX = 100;

export const keyBulkRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/key/bulk_update"],
    action: "key.change",
    summary: "Change several keys. One that cannot be changed leaves the others alone.",
    body: z.object({ keys: z.array(UpdateKey).min(1).max(BULK_KEYS_MAX) }),
    async answer(call) {
      const successes: JsonObject[] = [];
      const failures: JsonObject[] = [];
      for (const change of call.body.keys) {
        const done = await attempt(call, change);
        (done.isDone ? successes : failures).push(done.shown);
      }
      return {
        total_requested: call.body.keys.length,
        successful_updates: successes,
        failed_updates: failures,
      };
    },
  }),
  bodyRoute({
    paths: ["/key/:key/reset_spend"],
    action: "key.reset-spend",
    summary: "Set what a key has spent, as far as its budgets are concerned.",
    body: z.object({ reset_to: field.someUsd }),
    async answer(call) {
      const { deps, params, body } = call;
      const before = await requireOwnKey(call, params["key"] ?? "");
      const previousNanoUsd = await liveSpend(before, deps);
      refuseMore(body.reset_to, previousNanoUsd);
      await setSpend(before, body.reset_to, deps);
      const after = { ...before, spendNanoUsd: body.reset_to };
      call.audit(keyAudit("updated", before, after, deps));
      return renderReset(after, previousNanoUsd, deps);
    },
  }),
];

function renderReset(after: KeyRow, previousNanoUsd: number, deps: AdminDeps): JsonObject {
  const { hash, spendNanoUsd, maxBudgetNanoUsd } = after;
  return {
    key_hash: hash,
    spend: usdFromNano(spendNanoUsd),
    previous_spend: usdFromNano(previousNanoUsd),
    max_budget: maxBudgetNanoUsd === null ? null : usdFromNano(maxBudgetNanoUsd),
    budget_reset_at: budgetResetAt(after, deps.nowMs(), deps.timeZone),
  };
}

/** LiteLLM's rule: a reset gives money back, it takes none. */
function refuseMore(toNanoUsd: number, spentNanoUsd: number): void {
  if (toNanoUsd <= spentNanoUsd) return;
  throw new GatewayError(
    "invalid_request",
    `reset_to must be at most the current spend, which is ${usdFromNano(spentNanoUsd)}.`,
    { param: "reset_to" },
  );
}

async function attempt(
  call: AdminCall,
  change: z.output<typeof UpdateKey>,
): Promise<{ isDone: boolean; shown: JsonObject }> {
  const { key } = change;
  try {
    const { row, spentNanoUsd } = await updateKey(call, change);
    return { isDone: true, shown: { key, key_info: renderKeyRow(row, spentNanoUsd, call.deps) } };
  } catch (error) {
    // Anything but a refusal is a fault, and then nobody knows what became of the others.
    if (!(error instanceof GatewayError)) throw error;
    return { isDone: false, shown: { key, key_info: null, failed_reason: error.message } };
  }
}
