import { env } from "cloudflare:workers";
import type { KeyPolicy } from "../../src/core/ledger/policy.ts";
import { NOTHING_SPENT } from "../../src/core/ledger/policy.ts";
import type { Admission, ReserveReply, ReserveRequest } from "../../src/core/ledger.ts";
import type { RecordsMessage } from "../../src/core/record.ts";
import type { Account } from "../../src/platform/account.ts";
import type { RememberedAnswer } from "../../src/platform/answer-cache.ts";
import type { Pool } from "../../src/platform/pool.ts";
import type { SharedBudget } from "../../src/platform/shared-budget.ts";
import { accountStub } from "../../src/platform/account/stub.ts";
import { draftOf, keyPolicy, requestFor } from "../core/ledger/samples.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      ACCOUNT: DurableObjectNamespace<Account>;
      SHARED_BUDGET: DurableObjectNamespace<SharedBudget>;
      POOL: DurableObjectNamespace<Pool>;
      ANSWER_CACHE: DurableObjectNamespace<RememberedAnswer>;
      RECORDS: Queue<RecordsMessage>;
    }
  }
}

let made = 0;

/** An account nobody used before, once as the gateway sees it and once for the test runtime's tools. */
export function newAccount() {
  made += 1;
  const id = `account-${made}`;
  return { id, ledger: accountStub(env.ACCOUNT, id), object: env.ACCOUNT.getByName(id) };
}

/** An account with these keys and nothing else. */
export async function accountWith(...keys: Partial<KeyPolicy>[]) {
  const account = newAccount();
  for (const key of keys) await account.ledger.putKey(keyPolicy(key), NOTHING_SPENT);
  return account;
}

let calls = 0;

/** A request with a fresh id, costing at most 100 nano-USD; its deadline lies in real time. */
export function callFor(changes: Partial<ReserveRequest> = {}): ReserveRequest {
  calls += 1;
  const leaseId = `call-${calls}`;
  return requestFor({
    leaseId,
    deadlineMs: Date.now() + 600_000,
    draft: draftOf(leaseId),
    ...changes,
  });
}

export function settlementOf({ leaseId, keyHash }: ReserveRequest, costNanoUsd: number) {
  const record = { ...draftOf(leaseId), costNanoUsd, ending: "finished" as const };
  return { leaseId, keyHash, costNanoUsd, tokens: 10, record };
}

export function admitted(reply: ReserveReply): Admission {
  if (reply.kind !== "admitted") throw new Error(`not admitted: ${JSON.stringify(reply)}`);
  return reply.admission;
}
