import type { RateLimits } from "../../../../src/core/ledger/rates.ts";
import { joinPasses, openWhereabouts } from "../../../../src/core/ledger/shared/pass.ts";
import {
  createTurnstile,
  enter,
  forgetOld,
  leave,
  locate,
  restoreTurnstile,
  silentCalls,
  type Departure,
  type Ended,
  type Entry,
  type EntryAnswer,
  type PassingCall,
  type Turnstile,
  type Whereabouts,
} from "../../../../src/core/ledger/shared/turnstile.ts";
import type { SharedPolicy } from "../../../../src/core/ledger/shared/terms.ts";
import type { Lease } from "../../../../src/core/ledger/state.ts";
import type { Random } from "../random.ts";
import { T } from "../samples.ts";

const ENTER_MS = 5_000;
const LEASE_MS = 100_000;

export function ratedPolicy(rates: Partial<RateLimits>): SharedPolicy {
  const none = { requestsPerMinute: null, tokensPerMinute: null, parallel: null };
  return {
    kind: "organization",
    id: "acme",
    name: "Acme",
    budget: null,
    models: [],
    blocked: false,
    rates: { ...none, ...rates },
  };
}

/** Words on their way. Any of them may be lost, late, said twice, or overtaken. */
type Message =
  | { kind: "enter"; entry: Entry }
  | { kind: "answer"; entry: Entry; answer: EntryAnswer; enteredAtMs: number }
  | { kind: "leave"; accountId: string; departure: Departure }
  | { kind: "ask"; call: PassingCall }
  | { kind: "found"; call: PassingCall; found: Whereabouts };

/** What is asked for, by ticket. `from` is the lease of a call that is to go on as another. */
interface Asking {
  entry: Entry;
  atMs: number;
}

interface Account {
  /** Lost in a crash. */
  asking: Map<string, Asking>;
  /** Durable. */
  leases: Map<string, Lease>;
  ended: Map<string, Ended>;
}

/** Accounts, the turnstile of a party they share, and a network, run by chance. */
export function createTurnstileWorld(random: Random, accounts: number, policy: SharedPolicy) {
  let turnstile = createTurnstile();
  const network: Message[] = [];
  let made = 0;
  const clock = { nowMs: T };
  const all = new Map<string, Account>();
  for (let at = 0; at < accounts; at += 1) {
    all.set(`a${at}`, { asking: new Map(), leases: new Map(), ended: new Map() });
  }
  const seen = { enteredAtMs: [] as number[], ended: [] as Ended[], moved: 0, refused: 0 };

  function call(accountId: string, tokens: number): void {
    made += 1;
    ask(accountId, `c${made}`, tokens);
  }

  /** A call that runs asks for another figure. */
  function amend(accountId: string, tokens: number): void {
    const lease = random.pick([...account(accountId).leases.values()]);
    if (lease !== undefined) ask(accountId, lease.id, tokens);
  }

  function ask(accountId: string, callId: string, tokens: number): void {
    made += 1;
    const askAtMs = clock.nowMs + leaseMs();
    const entry = { accountId, callId, ticket: `t${made}`, tokens, askAtMs };
    account(accountId).asking.set(entry.ticket, { entry, atMs: clock.nowMs });
    network.push({ kind: "enter", entry });
  }

  /** Over, with at most what it held; the word of it may be lost. */
  function settle(accountId: string): void {
    const { leases, ended } = account(accountId);
    const lease = random.pick([...leases.values()]);
    if (lease === undefined) return;
    const end = { atMs: clock.nowMs, tokens: random.below(lease.tokens + 1) };
    leases.delete(lease.id);
    ended.set(lease.id, end);
    seen.ended.push(end);
    tell(accountId, { kind: "ended", callId: lease.id, ...end });
  }

  function tell(accountId: string, departure: Departure): void {
    network.push({ kind: "leave", accountId, departure });
  }

  function giveUpLate(): void {
    for (const [accountId, { asking }] of all) {
      for (const [ticket, { entry, atMs }] of asking) {
        if (clock.nowMs < atMs + ENTER_MS) continue;
        asking.delete(ticket);
        tell(accountId, { kind: "unused", callId: entry.callId, ticket });
      }
    }
  }

  function deliver(): void {
    if (network.length === 0) return;
    const [message] = network.splice(random.below(network.length), 1);
    if (message !== undefined) arrive(message);
  }

  function arrive(message: Message): void {
    switch (message.kind) {
      case "enter": {
        const { entry } = message;
        const answer = enter(turnstile, policy, entry, clock.nowMs);
        const id = `${entry.accountId} ${entry.callId}`;
        const enteredAtMs = turnstile.calls.get(id)?.enteredAtMs ?? clock.nowMs;
        network.push({ kind: "answer", entry, answer, enteredAtMs });
        return;
      }
      case "answer":
        return hear(message);
      case "leave":
        return leave(turnstile, message.accountId, message.departure, clock.nowMs);
      case "ask":
        network.push({ kind: "found", call: message.call, found: whereabouts(message.call) });
        return;
      case "found":
        locate(turnstile, message.call, message.found, clock.nowMs);
    }
  }

  function hear({ entry, answer, enteredAtMs }: Extract<Message, { kind: "answer" }>): void {
    const { accountId, callId, ticket, tokens } = entry;
    const { asking, leases, ended } = account(accountId);
    if (!asking.delete(ticket)) return;
    if (answer.kind === "refused") {
      seen.refused += 1;
      return;
    }
    const from = leases.get(callId);
    // Its own account turned it down after all, or it is over.
    if (ended.has(callId) || random.chance(0.1)) {
      return tell(accountId, { kind: "unused", callId, ticket });
    }
    const pass = joinPasses(from?.pass, { ticket, parties: [policy] });
    leases.set(callId, leaseOf(callId, tokens, pass));
    if (from?.pass === undefined) seen.enteredAtMs.push(enteredAtMs);
    else {
      seen.moved += 1;
      tell(accountId, { kind: "unused", callId, ticket: from.pass.ticket });
    }
  }

  function leaseOf(id: string, tokens: number, pass: Lease["pass"]): Lease {
    const deadlineMs = clock.nowMs + leaseMs();
    const nothing = { heldNanoUsd: 0, inputNanoUsd: 0, outputTokensMax: 0, admittedAtMs: 0 };
    return { id, keyHash: "k1", models: [], scopes: [], tokens, deadlineMs, ...nothing, pass };
  }

  /** Some so short that their calls are asked about while they do something else. */
  function leaseMs(): number {
    return random.chance(0.5) ? random.below(5_000) : LEASE_MS;
  }

  function whereabouts({ accountId, callId }: PassingCall): Whereabouts {
    const { asking, leases, ended } = account(accountId);
    const isEntering = [...asking.values()].some((one) => one.entry.callId === callId);
    const open = openWhereabouts(leases.get(callId), isEntering, clock.nowMs);
    const end = ended.get(callId);
    return open ?? (end === undefined ? { kind: "unknown" } : { kind: "ended", ...end });
  }

  function askSilent(): void {
    for (const silent of silentCalls(turnstile, clock.nowMs)) {
      network.push({ kind: "ask", call: silent });
    }
  }

  function lose(): void {
    if (network.length > 0) network.splice(random.below(network.length), 1);
  }

  /** A word that is said again below us. */
  function repeat(): void {
    const one = random.pick(network);
    if (one !== undefined) network.push(one);
  }

  function crash(accountId: string): void {
    account(accountId).asking.clear();
  }

  /** What is on disk is all it knows. */
  function restart(): void {
    turnstile = restored(turnstile);
  }

  /** Every call ended, every word heard or asked for, and a minute gone by. */
  function settleDown(): void {
    for (const [accountId, { leases }] of all) while (leases.size > 0) settle(accountId);
    for (let round = 0; round < 4; round += 1) {
      clock.nowMs += LEASE_MS + ENTER_MS;
      giveUpLate();
      askSilent();
      while (network.length > 0) deliver();
      for (const [accountId, { leases }] of all) while (leases.size > 0) settle(accountId);
    }
    forgetOld(turnstile, clock.nowMs);
  }

  function account(id: string): Account {
    const found = all.get(id);
    if (found === undefined) throw new Error(`no account ${id}`);
    return found;
  }

  /** Calls let in and not over, and what they hold. */
  function open(): { calls: number; tokens: number } {
    const leases = [...all.values()].flatMap((one) => [...one.leases.values()]);
    return { calls: leases.length, tokens: leases.reduce((sum, one) => sum + one.tokens, 0) };
  }

  return {
    accountIds: [...all.keys()],
    clock,
    seen,
    open,
    call,
    amend,
    settle,
    giveUpLate,
    deliver,
    askSilent,
    lose,
    repeat,
    crash,
    restart,
    settleDown,
    tidy: () => forgetOld(turnstile, clock.nowMs),
    turnstile: (): Readonly<Turnstile> => turnstile,
  };
}

export type TurnstileWorld = ReturnType<typeof createTurnstileWorld>;

export function restored({ calls }: Turnstile): Turnstile {
  return restoreTurnstile(
    [...calls.values()].map((call) => JSON.parse(JSON.stringify(call)) as PassingCall),
  );
}
