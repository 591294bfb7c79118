import type { RateStanding, Refusal } from "../../ledger.ts";
import { addToWindow, emptyWindow, RATE_MEMORY_MS, takeFromWindow } from "../rate-window.ts";
import { brokenLimit, limitStandings, type RateCounters, type RateParty } from "../rates.ts";
import { ratesOf, type SharedPolicy } from "./terms.ts";

/**
 * The rates of a party many accounts share. Every call of theirs passes here before its account lets
 * it in: requests expire faster than slices of them could travel. A call is known by its account and
 * its id until it is over and can count no more, so words that come twice are heard once.
 */
export interface Turnstile {
  counters: RateCounters;
  calls: Map<string, PassingCall>;
}

export interface PassingCall {
  accountId: string;
  callId: string;
  enteredAtMs: number;
  /**
   * The tokens it holds, by the ticket they were asked for with. A call that goes on as another asks
   * again; until it is known which of them counts, the larger does.
   */
  tickets: Record<string, number>;
  /** When its account is asked what became of it, if that did not say so itself. */
  askAtMs: number;
  ended?: Ended;
}

/** What a call came to, and when it was settled. */
export interface Ended {
  atMs: number;
  tokens: number;
}

/** What an account asks with. */
export interface Entry {
  accountId: string;
  callId: string;
  /** Never used before, so that giving it back gives back nothing else. */
  ticket: string;
  tokens: number;
  askAtMs: number;
}

export type EntryAnswer =
  | { kind: "entered"; limits: RateStanding[] }
  | { kind: "refused"; refusal: Refusal };

/** What those who only ask are shown. */
export interface TurnstileView {
  limits: RateStanding[];
  refusal?: Refusal;
}

/** How a call leaves. One that leaves its last ticket unused never was. */
export type Departure =
  | ({ kind: "ended"; callId: string } & Ended)
  | { kind: "unused"; callId: string; ticket: string };

/** What an account answers when it is asked about a call. */
export type Whereabouts =
  /** Null: the account does not know yet whether it will let the call in. */
  | { kind: "open"; ticket: string | null; askAtMs: number }
  | ({ kind: "ended" } & Ended)
  | { kind: "unknown" };

export function createTurnstile(): Turnstile {
  const counters = { requests: emptyWindow(), tokens: emptyWindow(), heldTokens: 0, inFlight: 0 };
  return { counters, calls: new Map() };
}

/** As it was, from the calls it knew. */
export function restoreTurnstile(calls: Iterable<PassingCall>): Turnstile {
  const turnstile = createTurnstile();
  const { requests, tokens } = turnstile.counters;
  for (const call of calls) {
    turnstile.calls.set(passingId(call), call);
    addToWindow(requests, call.enteredAtMs, 1);
    if (call.ended === undefined) hold(turnstile, call);
    else addToWindow(tokens, call.ended.atMs, call.ended.tokens);
  }
  return turnstile;
}

/** Where the turnstile and whoever keeps it find the call. */
export function passingId({ accountId, callId }: Pick<Entry, "accountId" | "callId">): string {
  return `${accountId} ${callId}`;
}

/** Lets the call in, if every limit has room for it. A call that is in already only needs more tokens. */
export function enter(
  turnstile: Turnstile,
  policy: SharedPolicy,
  entry: Entry,
  nowMs: number,
): EntryAnswer {
  const { counters, calls } = turnstile;
  const known = calls.get(passingId(entry));
  const limit = brokenBy(turnstile, policy, entry, known, nowMs);
  if (limit !== undefined) return { kind: "refused", refusal: refusalOf(policy, limit) };
  if (known === undefined) {
    addToWindow(counters.requests, nowMs, 1);
    put(turnstile, passingCall(entry, nowMs));
  } else if (known.ended === undefined) {
    const tickets = { ...known.tickets, [entry.ticket]: entry.tokens };
    put(turnstile, { ...known, tickets, askAtMs: Math.max(known.askAtMs, entry.askAtMs) });
  }
  return { kind: "entered", limits: limitStandings(partyOf(policy), counters, nowMs) };
}

/** What `enter` would say to a new call. Changes nothing. */
export function peek(
  { counters }: Turnstile,
  policy: SharedPolicy,
  tokens: number,
  nowMs: number,
): TurnstileView {
  const party = partyOf(policy);
  const limits = limitStandings(party, counters, nowMs);
  const broken = brokenLimit(party, counters, tokens, nowMs);
  return broken === undefined ? { limits } : { limits, refusal: refusalOf(policy, broken) };
}

/** Takes in how a call left. What is known already changes nothing. */
export function leave(
  turnstile: Turnstile,
  accountId: string,
  departure: Departure,
  nowMs: number,
): void {
  const call = turnstile.calls.get(passingId({ accountId, callId: departure.callId }));
  if (call === undefined || call.ended !== undefined) return;
  if (departure.kind === "ended") return end(turnstile, call, departure, nowMs);
  const { [departure.ticket]: _, ...tickets } = call.tickets;
  if (Object.keys(tickets).length > 0) put(turnstile, { ...call, tickets });
  else forget(turnstile, call);
}

/** Takes in what an account knows of a call it was asked about. */
export function locate(
  turnstile: Turnstile,
  call: PassingCall,
  found: Whereabouts,
  nowMs: number,
): void {
  const known = turnstile.calls.get(passingId(call));
  // It has spoken for itself meanwhile, or asked for more.
  if (known !== call || known.ended !== undefined) return;
  switch (found.kind) {
    case "open": {
      const { ticket } = found;
      const tokens = ticket === null ? undefined : call.tickets[ticket];
      const isUnsure = ticket === null || tokens === undefined;
      const tickets = isUnsure ? call.tickets : { [ticket]: tokens };
      return put(turnstile, { ...call, tickets, askAtMs: found.askAtMs });
    }
    case "ended":
      return end(turnstile, call, found, nowMs);
    case "unknown":
      return forget(turnstile, call);
  }
}

/** Calls whose account should have said by now what became of them. */
export function silentCalls({ calls }: Turnstile, nowMs: number): PassingCall[] {
  return [...calls.values()].filter((call) => call.ended === undefined && call.askAtMs <= nowMs);
}

export function nextAskMs({ calls }: Turnstile): number | undefined {
  let next: number | undefined;
  for (const { ended, askAtMs } of calls.values()) {
    if (ended === undefined && (next === undefined || askAtMs < next)) next = askAtMs;
  }
  return next;
}

/** Forgets calls that can count no more; says which. */
export function forgetOld({ calls }: Turnstile, nowMs: number): string[] {
  const oldestMs = nowMs - RATE_MEMORY_MS;
  const gone = [...calls].filter(
    ([, { enteredAtMs, ended }]) =>
      ended !== undefined && Math.max(enteredAtMs, ended.atMs) < oldestMs,
  );
  for (const [id] of gone) calls.delete(id);
  return gone.map(([id]) => id);
}

function brokenBy(
  { counters }: Turnstile,
  policy: SharedPolicy,
  { ticket, tokens }: Entry,
  known: PassingCall | undefined,
  nowMs: number,
): RateStanding | undefined {
  const party = partyOf(policy);
  if (known === undefined) return brokenLimit(party, counters, tokens, nowMs);
  const held = heldBy(known);
  if (known.ended !== undefined || ticket in known.tickets || tokens <= held) return undefined;
  // The caller made one request, when it made it, and has its place.
  const limits = { ...party.limits, requestsPerMinute: null, parallel: null };
  const others = { ...counters, heldTokens: counters.heldTokens - held };
  return brokenLimit({ ...party, limits }, others, tokens, nowMs);
}

function refusalOf({ name }: SharedPolicy, limit: RateStanding): Refusal {
  return { reason: "rate-limit", limit, name };
}

function partyOf(policy: SharedPolicy): RateParty {
  return { kind: policy.kind, model: null, limits: ratesOf(policy) };
}

function passingCall(
  { accountId, callId, ticket, tokens, askAtMs }: Entry,
  nowMs: number,
): PassingCall {
  return { accountId, callId, enteredAtMs: nowMs, tickets: { [ticket]: tokens }, askAtMs };
}

function end(turnstile: Turnstile, call: PassingCall, { atMs, tokens }: Ended, nowMs: number) {
  // Clocks differ; what is over did not end in the future.
  const ended = { atMs: Math.min(atMs, nowMs), tokens };
  release(turnstile, call);
  turnstile.calls.set(passingId(call), { ...call, ended });
  addToWindow(turnstile.counters.tokens, ended.atMs, tokens);
}

function forget(turnstile: Turnstile, call: PassingCall): void {
  release(turnstile, call);
  turnstile.calls.delete(passingId(call));
  takeFromWindow(turnstile.counters.requests, call.enteredAtMs, 1);
}

/** In place of what was known of it. */
function put(turnstile: Turnstile, call: PassingCall): void {
  const id = passingId(call);
  const known = turnstile.calls.get(id);
  if (known !== undefined) release(turnstile, known);
  turnstile.calls.set(id, call);
  hold(turnstile, call);
}

function hold({ counters }: Turnstile, call: PassingCall): void {
  counters.inFlight += 1;
  counters.heldTokens += heldBy(call);
}

function release({ counters }: Turnstile, call: PassingCall): void {
  counters.inFlight -= 1;
  counters.heldTokens -= heldBy(call);
}

function heldBy({ tickets }: PassingCall): number {
  return Math.max(0, ...Object.values(tickets));
}
