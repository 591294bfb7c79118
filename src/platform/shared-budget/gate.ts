import {
  enter,
  forgetOld,
  leave,
  locate,
  nextAskMs,
  passingId,
  peek,
  restoreTurnstile,
  silentCalls,
  type Departure,
  type Entry,
  type EntryAnswer,
  type PassingCall,
  type Turnstile,
  type TurnstileView,
} from "../../core/ledger/shared/turnstile.ts";
import { hasRates, type SharedPolicy } from "../../core/ledger/shared/terms.ts";
import { parseStored } from "../account/stored-json.ts";
import { within } from "../within.ts";
import type { SharedBorrower } from "./stub.ts";

/** Keeps a party's turnstile in memory and on disk. `core/ledger/shared/turnstile.ts` decides. */
export interface Gate {
  enter(policy: SharedPolicy, entry: Entry): EntryAnswer;
  peek(policy: SharedPolicy, tokens: number): TurnstileView;
  leave(accountId: string, departures: readonly Departure[]): void;
  /** Asks accounts what became of calls they said nothing of. */
  askSilent(policy: SharedPolicy): Promise<void>;
}

export interface GateDeps {
  sql: SqlStorage;
  nowMs(): number;
  account(accountId: string): SharedBorrower;
  /** Runs the change in a transaction. */
  commit<Result>(change: () => Result): Result;
  /** Makes sure the object wakes then. */
  wakeAt(atMs: number): void;
}

/** Calls asked about at once; an account that has been away for longer is asked again and again. */
const ASKED_MAX = 500;
const ASK_MS = 2_000;
/** An account that cannot be reached holds its places until it can. */
const ASK_AGAIN_MS = 5_000;
/** Calls that count no more lie about for so long: looking for them costs more than they do. */
const FORGET_EVERY_MS = 10_000;

const SCHEMA =
  "CREATE TABLE IF NOT EXISTS passing (id TEXT PRIMARY KEY, call TEXT NOT NULL) WITHOUT ROWID";

export function createGate(deps: GateDeps): Gate {
  const { sql, nowMs } = deps;
  const turnstile = load(sql);
  let wakesAtMs = Infinity;
  let forgottenAtMs = 0;

  function save(id: string): void {
    const call = turnstile.calls.get(id);
    if (call === undefined) sql.exec("DELETE FROM passing WHERE id = ?", id);
    else sql.exec("INSERT OR REPLACE INTO passing VALUES (?, ?)", id, JSON.stringify(call));
  }

  function wakeAt(atMs: number): void {
    if (wakesAtMs <= atMs) return;
    wakesAtMs = atMs;
    deps.wakeAt(atMs);
  }

  function tidy(): void {
    if (nowMs() < forgottenAtMs + FORGET_EVERY_MS) return;
    forgottenAtMs = nowMs();
    for (const id of forgetOld(turnstile, nowMs())) save(id);
  }

  async function ask(
    { kind, id }: SharedPolicy,
    accountId: string,
    calls: readonly PassingCall[],
  ): Promise<void> {
    const callIds = calls.map((call) => call.callId);
    const asking = deps.account(accountId).whereabouts({ kind, id }, callIds);
    const found = await within(ASK_MS, asking).catch(() => []);
    deps.commit(() => {
      for (const [at, call] of calls.entries()) {
        const one = found[at];
        if (one === undefined) continue;
        locate(turnstile, call, one, nowMs());
        save(passingId(call));
      }
    });
  }

  return {
    enter(policy, entry) {
      // The account heard of a limit that is gone.
      if (!hasRates(policy)) return { kind: "entered", limits: [] };
      const answer = deps.commit(() => {
        tidy();
        const made = enter(turnstile, policy, entry, nowMs());
        if (made.kind === "entered") save(passingId(entry));
        return made;
      });
      if (answer.kind === "entered") wakeAt(entry.askAtMs);
      return answer;
    },
    peek: (policy, tokens) => peek(turnstile, policy, tokens, nowMs()),
    leave(accountId, departures) {
      deps.commit(() => {
        for (const departure of departures) {
          const id = passingId({ accountId, callId: departure.callId });
          if (!turnstile.calls.has(id)) continue;
          leave(turnstile, accountId, departure, nowMs());
          save(id);
        }
      });
    },
    async askSilent(policy) {
      const silent = silentCalls(turnstile, nowMs()).slice(0, ASKED_MAX);
      const byAccount = Map.groupBy(silent, (call) => call.accountId);
      await Promise.all([...byAccount].map(([id, calls]) => ask(policy, id, calls)));
      wakesAtMs = Infinity;
      const nextMs = nextAskMs(turnstile);
      if (nextMs !== undefined) wakeAt(Math.max(nextMs, nowMs() + ASK_AGAIN_MS));
    },
  };
}

function load(sql: SqlStorage): Turnstile {
  sql.exec(SCHEMA);
  const rows = sql.exec<{ call: string }>("SELECT call FROM passing").toArray();
  return restoreTurnstile(rows.map(({ call }) => parseStored<PassingCall>(call)));
}
