import * as z from "zod";
import { GatewayError } from "../../core/errors.ts";
import { accountIdOf } from "../../core/key-format.ts";
import { MASTER_KEY_HASH } from "../../core/ledger/policy.ts";
import { clearSpend, listSpent, type Spender } from "../../platform/db/spend.ts";
import type { AdminDeps } from "./deps.ts";
import { bodyRoute, type AdminRoute } from "./route.ts";

export const spendResetRoutes: AdminRoute[] = [
  bodyRoute({
    paths: ["/global/spend/reset"],
    action: "spend.reset",
    summary:
      "Sets the spend of every key and team to zero, with the master key only. Calls and sums of the past stay.",
    body: z.object({}),
    mayBeEmpty: true,
    async answer(call) {
      const { asker, deps } = call;
      if (asker.keyHash !== MASTER_KEY_HASH) throw masterOnly();
      const spent = await listSpent(deps.db);
      for (let start = 0; start < spent.length; start += AT_A_TIME) {
        const some = spent.slice(start, start + AT_A_TIME);
        await tellAccounts(some, deps);
        await clearSpend(deps.db, some);
      }
      call.audit({
        action: "updated",
        table: "LiteLLM_VerificationToken",
        id: "all",
        before: null,
        after: { spend: 0, reset: spent.length },
      });
      return {
        message: "Spend for all API Keys and Teams reset successfully",
        status: "success",
      };
    },
  }),
];

/** Accounts asked at the same time; a Worker keeps six connections open and queues the others. */
const AT_A_TIME = 50;

/** Accounts first: what D1 still shows as spent is reset by the next attempt, and nothing is lost. */
async function tellAccounts(spenders: readonly Spender[], deps: AdminDeps): Promise<void> {
  try {
    await Promise.all(
      spenders.map(async ({ kind, id, accountId }) => {
        const account = accountId ?? (await accountIdOf({ teamId: id, userId: null }));
        await deps.account(account).resetSpend({ kind, id }, 0);
      }),
    );
  } catch (cause) {
    throw new GatewayError(
      "unavailable",
      "An account could not be reached, so some spend is not reset yet. Send the request again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}

function masterOnly(): GatewayError {
  return new GatewayError(
    "admin_only",
    "Only the master key may reset all spend. Use `/key/update` or `/team/update` to reset one.",
  );
}
