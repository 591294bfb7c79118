import { openWhereabouts, ratedParties, type Pass } from "../../core/ledger/shared/pass.ts";
import { sharedNamesOf } from "../../core/ledger/shared/purse.ts";
import { sharedId, type SharedName } from "../../core/ledger/shared/terms.ts";
import type {
  Departure,
  Entry,
  EntryAnswer,
  TurnstileView,
  Whereabouts,
} from "../../core/ledger/shared/turnstile.ts";
import { findKeyPolicy, type AccountState, type Lease } from "../../core/ledger/state.ts";
import type { RateStanding, Refusal, ReserveRequest } from "../../core/ledger.ts";
import type { SharedLender } from "../shared-budget/stub.ts";
import { within } from "../within.ts";
import { readEnded } from "./storage.ts";

/** Where calls are counted that parties of other accounts make too. Only what has rates is asked. */
export interface Turnstiles {
  /** Asks these for a call that could be let in otherwise. Rejects when one of them cannot be reached. */
  enter(lease: Lease, parties: SharedName[]): Promise<Entered>;
  /** Gives back a ticket that came to nothing. */
  giveBack(callId: string, pass: Pass): void;
  /** These are over; settled now, with so many tokens. */
  end(calls: readonly EndedCall[]): void;
  /** What they would say to this call. */
  peek(request: ReserveRequest): Promise<TurnstileView[]>;
  /** For a turnstile that heard nothing of these calls for a long time. */
  whereabouts(callIds: readonly string[]): Whereabouts[];
}

export type Entered =
  | { kind: "entered"; pass: Pass; limits: RateStanding[] }
  | { kind: "refused"; refusal: Refusal };

export interface EndedCall {
  lease: Lease;
  tokens: number;
}

export interface TurnstilesDeps {
  sql: SqlStorage;
  state: AccountState;
  accountId: string;
  lender(name: SharedName): SharedLender;
  nowMs(): number;
  newTicket(): string;
  waitUntil(work: Promise<unknown>): void;
}

/** A caller waits for this. */
const ENTER_MS = 5_000;

export function createTurnstiles(deps: TurnstilesDeps): Turnstiles {
  const { sql, state, accountId, nowMs } = deps;
  /** Calls that are being asked for, and how often. */
  const entering = new Map<string, number>();

  /** All of them or none: whoever let the call in takes it back when another does not. */
  async function enter(lease: Lease, parties: SharedName[]): Promise<Entered> {
    const { id: callId, tokens, deadlineMs: askAtMs } = lease;
    const ticket = deps.newTicket();
    const entry = { accountId, callId, ticket, tokens, askAtMs };
    const answers = await noting(callId, () =>
      Promise.all(parties.map((party) => ask(party, entry))),
    );
    const limits = answers.flatMap((one) => (one?.kind === "entered" ? one.limits : []));
    if (answers.every((one) => one?.kind === "entered")) {
      return { kind: "entered", pass: { ticket, parties }, limits };
    }
    // One that did not answer may have let it in.
    const inside = parties.filter((_, at) => answers[at]?.kind !== "refused");
    giveBack(callId, { ticket, parties: inside });
    const refused = answers.find((one) => one?.kind === "refused");
    if (refused?.kind === "refused") return refused;
    throw new Error("The rate limits of a party could not be asked.");
  }

  /** Meanwhile a turnstile that asks about the call is told to wait. */
  async function noting<Result>(callId: string, asking: () => Promise<Result>): Promise<Result> {
    entering.set(callId, (entering.get(callId) ?? 0) + 1);
    try {
      return await asking();
    } finally {
      const others = (entering.get(callId) ?? 1) - 1;
      if (others > 0) entering.set(callId, others);
      else entering.delete(callId);
    }
  }

  async function ask(party: SharedName, entry: Entry): Promise<EntryAnswer | undefined> {
    return within(ENTER_MS, deps.lender(party).enter(party, entry)).catch(() => undefined);
  }

  function giveBack(callId: string, { ticket, parties }: Pass): void {
    for (const party of parties) tell(party, [{ kind: "unused", callId, ticket }]);
  }

  /** It may get lost: then the turnstile asks. */
  function tell(party: SharedName, departures: readonly Departure[]): void {
    const telling = deps.lender(party).leave(accountId, departures);
    deps.waitUntil(telling.catch(() => undefined));
  }

  function whereaboutsOf(callId: string): Whereabouts {
    const open = openWhereabouts(state.leases.get(callId), entering.has(callId), nowMs());
    if (open !== undefined) return open;
    const ended = readEnded(sql, callId);
    return ended === undefined ? { kind: "unknown" } : { kind: "ended", ...ended };
  }

  return {
    enter,
    giveBack,
    end(calls) {
      const departures = new Map<string, { party: SharedName; ended: Departure[] }>();
      for (const { lease, tokens } of calls) {
        for (const party of lease.pass?.parties ?? []) {
          const known = departures.get(sharedId(party)) ?? { party, ended: [] };
          known.ended.push({ kind: "ended", callId: lease.id, atMs: nowMs(), tokens });
          departures.set(sharedId(party), known);
        }
      }
      for (const { party, ended } of departures.values()) tell(party, ended);
    },
    async peek(request) {
      const key = findKeyPolicy(state, request.keyHash);
      const names = key === undefined ? [] : sharedNamesOf(state, key, request);
      const parties = ratedParties(state, names.map(sharedId));
      const { tokens } = request.bound;
      return Promise.all(
        parties.map((party) => within(ENTER_MS, deps.lender(party).peek(party, tokens))),
      );
    },
    whereabouts: (callIds) => callIds.map(whereaboutsOf),
  };
}
