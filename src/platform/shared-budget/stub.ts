import type {
  Answer,
  SharedName,
  SharedPolicy,
  SharedStanding,
  Statement,
  Terms,
} from "../../core/ledger/shared/terms.ts";
import { sharedId } from "../../core/ledger/shared/terms.ts";
import type {
  Departure,
  Entry,
  EntryAnswer,
  TurnstileView,
  Whereabouts,
} from "../../core/ledger/shared/turnstile.ts";

/** What accounts and administrators ask of a shared budget. */
export interface SharedLender {
  exchange(statement: Statement): Promise<Answer>;
  /**
   * Sets the rules; every account that ever borrowed obeys them when this resolves. What was spent
   * counts only where nothing was limited, and so nothing counted, before.
   */
  put(policy: SharedPolicy, spentNanoUsd: number): Promise<void>;
  /** Sets the spend of the current window; says what it was. */
  resetSpend(name: SharedName, spentNanoUsd: number): Promise<SharedStanding>;
  /** What every account says at this moment. */
  standing(name: SharedName): Promise<SharedStanding>;
  /** May a call come in, by the rates of all accounts together? Asked only where there are any. */
  enter(name: SharedName, entry: Entry): Promise<EntryAnswer>;
  /** What `enter` would say. */
  peek(name: SharedName, tokens: number): Promise<TurnstileView>;
  /** How calls left. A word that is lost is asked for when it is overdue. */
  leave(accountId: string, departures: readonly Departure[]): Promise<void>;
}

/** What a shared budget asks of the accounts that borrowed from it. */
export interface SharedBorrower {
  /** Takes in the terms and gives back what is unused. Nothing, when it never borrowed. */
  recall(name: SharedName, terms: Terms): Promise<Statement | undefined>;
  /** What became of these calls, in their order. */
  whereabouts(name: SharedName, callIds: readonly string[]): Promise<Whereabouts[]>;
}

type Namespace = Pick<DurableObjectNamespace, "getByName">;

/** The shared budget of this name, wherever it lives. */
export function lenderStub(namespace: Namespace, name: SharedName): SharedLender {
  const stub: unknown = namespace.getByName(sharedId(name));
  // `SharedBudget` implements the interface and everything is plain data; see `accountStub`.
  return stub as SharedLender;
}

export function borrowerStub(
  namespace: Pick<DurableObjectNamespace, "get" | "idFromString">,
  accountId: string,
): SharedBorrower {
  const stub: unknown = namespace.get(namespace.idFromString(accountId));
  // `Account` implements the interface and everything is plain data; see `accountStub`.
  return stub as SharedBorrower;
}
