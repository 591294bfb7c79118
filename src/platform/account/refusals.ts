import { createAllowance, takeOne } from "../../core/ledger/allowance.ts";
import { refusedRecord } from "../../core/ledger/standing.ts";
import type { AccountState } from "../../core/ledger/state.ts";
import type { Refusal, ReserveReply, ReserveRequest } from "../../core/ledger.ts";
import type { CallRecord } from "../../core/record.ts";
import { logEvent } from "../log.ts";
import { createGroupCommit } from "./group-commit.ts";

/** Remembers calls this account refused, so that reports can say who was refused, and why. */
export interface Refusals {
  /** The reply itself, at once: no caller waits for its refusal to be written down. */
  noting(request: ReserveRequest, reply: ReserveReply): ReserveReply;
  /** Tells the operator how many were refused and not remembered. */
  tell(): void;
  /** When to tell; `undefined` when there is nothing to tell. */
  dueAtMs(): number | undefined;
}

/**
 * A program that does not stop when it is told to would fill the database with its refusals. This is
 * more than people cause, and a bad day of one program is still a table that can be read.
 */
const RECORDED = { perSecond: 20, burst: 100 };
/** Nobody waits for these, so one transaction takes what came in a tenth of a second. */
const GATHER_MS = 100;
const TELL_EVERY_MS = 60_000;

export interface RefusalsDeps {
  state: AccountState;
  nowMs(): number;
  /** Files these durably. */
  file(records: readonly CallRecord[]): void;
  /** Makes sure the account wakes for what is due. */
  wakeInTime(): void;
}

export function createRefusals(deps: RefusalsDeps): Refusals {
  const { state, nowMs } = deps;
  const allowance = createAllowance(RECORDED, nowMs());
  const commit = createGroupCommit<CallRecord>(fileAll, GATHER_MS);
  let unrecorded: { calls: number; accountId: string; sinceMs: number } | undefined;

  function fileAll(records: readonly CallRecord[]): void {
    deps.file(records);
    deps.wakeInTime();
  }

  function leaveOut({ accountId }: CallRecord): void {
    if (unrecorded !== undefined) {
      unrecorded.calls += 1;
      return;
    }
    unrecorded = { calls: 1, accountId, sinceMs: nowMs() };
    deps.wakeInTime();
  }

  function note(request: ReserveRequest, refusal: Refusal): void {
    // A key nobody knows has no owner whose report could show it.
    if (refusal.reason === "unknown-key") return;
    if (!takeOne(allowance, RECORDED, nowMs())) {
      leaveOut(request.draft);
      return;
    }
    const record = refusedRecord(state, request, refusal, nowMs());
    // When it cannot be written the object starts again from the disk, and no money is lost.
    commit(record).catch(() => undefined);
  }

  return {
    noting(request, reply) {
      if (reply.kind === "refused") note(request, reply.refusal);
      return reply;
    },
    tell() {
      if (unrecorded === undefined || nowMs() < unrecorded.sinceMs + TELL_EVERY_MS) return;
      const { calls, accountId } = unrecorded;
      unrecorded = undefined;
      logEvent("refusals_not_recorded", { account: accountId, calls });
    },
    dueAtMs: () => (unrecorded === undefined ? undefined : unrecorded.sinceMs + TELL_EVERY_MS),
  };
}
