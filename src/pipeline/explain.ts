import type { CacheWish } from "../core/answer-cache.ts";
import { GatewayError } from "../core/errors.ts";
import type {
  AccountWitness,
  CostBound,
  ReserveExplanation,
  ReserveRequest,
} from "../core/ledger.ts";
import type { Explanation, Wish } from "../core/routing/choice.ts";
import { fallbacksFor } from "../core/routing/fallbacks.ts";
import { priceBound, reserveRequest } from "./admit.ts";
import { affinityOf } from "./affinity.ts";
import { cacheWishOf } from "./cached-answer.ts";
import type { Call, ChatRoute } from "./call.ts";
import type { Caller } from "./caller.ts";
import { findCandidates, findLeftOut } from "./candidates.ts";
import type { CallContext, Deps } from "./deps.ts";
import { allFull } from "./dispatch.ts";
import { fallbacksOf, isOfGroup } from "./fallbacks.ts";
import { parse } from "./parse.ts";
import { wishOf } from "./places.ts";
import { errorOfRefusal } from "./refusals.ts";
import { meantBy } from "./resolve-model.ts";
import { termsOf } from "./terms.ts";
import { takeMeaning } from "./variant.ts";

/** What would happen to a call, as far as it came; what is missing was not reached. */
export interface CallExplanation {
  call?: Call;
  /** The most it can cost. */
  bound?: CostBound;
  account?: AccountsWord;
  /** Deployments that could serve it at all, by id. */
  candidates?: string[];
  /** Why the others could not. */
  leftOut?: ReturnType<typeof findLeftOut>;
  wish?: Wish;
  pool?: Explanation;
  /** Models that would be asked next, by what went wrong. */
  fallbacks?: Fallbacks;
  cache?: CacheWish;
  /** What keeps this model from answering, where others would be asked in its place. */
  obstacle?: GatewayError;
  /** The first thing that stands in its way; without one it would be sent. */
  refusal?: GatewayError;
}

export type AccountsWord = Extract<ReserveExplanation, { kind: "explained" }>;

export interface Fallbacks {
  any: string[];
  contextWindow: string[];
  contentPolicy: string[];
}

export interface ExplainDeps extends Deps {
  witness(accountId: string): AccountWitness;
}

/**
 * Takes a call along the line up to where money would be held and somebody would be asked, by the
 * line's own functions. Nothing is reserved, sent or recorded.
 */
export async function explainCall(
  request: Request,
  caller: Caller,
  route: ChatRoute,
  context: CallContext,
  deps: ExplainDeps,
): Promise<CallExplanation> {
  const found: CallExplanation = {};
  try {
    found.call = await parse(request, caller, route, context, deps);
    await askAccount(found, found.call, deps);
    if (mayKnow(found)) await lookAtDeployments(found, found.call, deps);
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    note(found, cause);
  }
  return found;
}

function note(found: CallExplanation, error: GatewayError): void {
  if (isOfGroup(error) && modelsAfter(error, found).length > 0) found.obstacle ??= error;
  else found.refusal ??= error;
}

/** Who would be asked in place of a model that cannot answer for this reason. */
export function modelsAfter({ code }: GatewayError, { fallbacks }: CallExplanation): string[] {
  if (fallbacks === undefined) return [];
  return code === "context_length_exceeded" ? fallbacks.contextWindow : fallbacks.any;
}

/** Who may not use a model is told nothing of where it is served, and how busy that is. */
function mayKnow({ account }: CallExplanation): boolean {
  if (account?.verdict.kind !== "refused") return account !== undefined;
  switch (account.verdict.refusal.reason) {
    case "budget":
    case "budget-in-flight":
    case "rate-limit":
    case "parameter-missing":
      return true;
    case "unknown-key":
    case "expired":
    case "blocked":
    case "model-denied":
    case "route-denied":
    case "address-denied":
      return false;
  }
}

/** As `admit` asks, until somebody decides. */
async function askAccount(found: CallExplanation, call: Call, deps: ExplainDeps): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX && found.account === undefined; turn += 1) {
    const bound = priceBound(call);
    found.bound = bound;
    const reply = await explanationOf(reserveRequest(call, bound, deps), call, deps);
    switch (reply.kind) {
      case "explained":
        found.account = reply;
        break;
      case "moved":
        call.caller.accountId = reply.accountId;
        break;
      case "aliased":
        takeMeaning(call, meantBy(reply.model, deps), deps);
        break;
    }
  }
  if (found.account === undefined) throw keyIsChanging();
  const { verdict } = found.account;
  if (verdict.kind !== "refused") return;
  found.refusal = errorOfRefusal(verdict.refusal, {
    model: call.envelope.model,
    nowMs: call.context.startedAtMs,
    route: call.route.path,
    legacyStatuses: deps.config.settings.legacyStatuses,
  });
}

/** A key that moved and whose name for the model changed at the same time takes three. */
const TURNS_MAX = 4;

function keyIsChanging(): GatewayError {
  return new GatewayError("unavailable", "The key is being changed.", { retryAfterMs: 1_000 });
}

async function explanationOf(
  request: ReserveRequest,
  { caller }: Call,
  deps: ExplainDeps,
): Promise<ReserveExplanation> {
  try {
    return await deps.witness(caller.accountId).explain(request);
  } catch (cause) {
    throw new GatewayError(
      "unavailable",
      "The account of this key cannot be reached, so the call would be refused. Try again in a moment.",
      { cause, retryAfterMs: 1_000 },
    );
  }
}

async function lookAtDeployments(
  found: CallExplanation,
  call: Call,
  deps: ExplainDeps,
): Promise<void> {
  const { bound } = found;
  if (bound === undefined) return;
  const key = found.account?.key ?? null;
  if (key !== null) call.terms = termsOf(key, deps.config);
  found.fallbacks = fallbacksAfter(call);
  found.cache = cacheWishOf(call, deps);
  const eligible = findCandidates(call).map(({ deployment }) => deployment.id);
  found.candidates = eligible;
  found.leftOut = findLeftOut(call);
  const soFar = { asked: [], affinity: await affinityOf(call) };
  found.wish = wishOf(call, { group: call.group, eligible, bound }, soFar, deps);
  found.pool = await deps.chooserFor(call.group, deps.config).peek(found.wish);
  const { choice } = found.pool;
  if (choice.kind === "full" && found.wish.waitMs <= 0) {
    note(found, allFull(call, choice.againAtMs - deps.nowMs()));
  }
}

function fallbacksAfter(call: Call): Fallbacks {
  const tables = fallbacksOf(call);
  const { name } = call.group;
  return {
    any: fallbacksFor(name, "overloaded", tables),
    contextWindow: fallbacksFor(name, "context-length", tables),
    contentPolicy: fallbacksFor(name, "content-policy", tables),
  };
}
