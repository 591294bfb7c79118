import type { Fallbacks } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { FailureCategory } from "../core/failure.ts";
import { fallbacksFor } from "../core/routing/fallbacks.ts";
import type { Admitted } from "./admitted.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { dispatch, type Dispatched } from "./dispatch.ts";
import type { Places } from "./places.ts";
import { moveTo, standingOf } from "./readmit.ts";
import { callEndsAtMs } from "./timeouts.ts";

/**
 * Asks the model's own deployments and, when none answers, the models it falls back to, each with its
 * own deployments, attempts and limits. A caller learns what was wrong with the model it asked for.
 */
export async function dispatchWithFallbacks(
  call: Call,
  admitted: Admitted,
  places: Places,
  deps: Deps,
): Promise<Dispatched> {
  const first = await tryGroup(0, call, admitted, places, deps);
  if (first.kind === "answered" || (first.kind === "thrown" && !first.mayFallBack))
    return valueOf(first);
  const asked = standingOf(call);
  const tables = fallbacksOf(call);
  let queue = fallbacksFor(call.group.name, categoryOf(first), tables);
  let attempts = attemptsOf(first);
  const tried = [call.group.name];
  for (let moved = 0; moved < tables.max && maySend(call, deps);) {
    const [model, ...others] = queue;
    if (model === undefined) break;
    queue = others;
    tried.push(model);
    if (!(await moveTo(model, call, admitted, deps))) continue;
    moved += 1;
    const next = await tryGroup(attempts, call, admitted, places, deps);
    if (next.kind === "answered") return { ...next, fallbacks: moved };
    // What it could not even be asked holds no place there while others are asked.
    places.close();
    attempts = Math.max(attempts, attemptsOf(next));
    queue = withOwn(fallbacksFor(call.group.name, categoryOf(next), tables, tried), queue, tables);
    Object.assign(call, asked);
  }
  return valueOf(first.kind === "failed" ? { ...first, attempts } : first);
}

/** How asking one group ended. */
type Ended = Dispatched | Thrown;

interface Thrown {
  kind: "thrown";
  error: GatewayError;
  /** Another model may answer; otherwise the call itself is at fault, or its caller has left. */
  mayFallBack: boolean;
}

async function tryGroup(
  attemptsBefore: number,
  call: Call,
  admitted: Admitted,
  places: Places,
  deps: Deps,
): Promise<Ended> {
  try {
    return await dispatch(call, admitted, places, deps, attemptsBefore);
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    // At a model the caller did not ask for, whatever stands in the way is no error of the caller's.
    const mayFallBack = call.fallbackFrom !== undefined || isOfGroup(cause);
    return { kind: "thrown", error: cause, mayFallBack };
  }
}

/** Errors about the group's deployments, and not about what was asked of them. */
export function isOfGroup({ code }: GatewayError): boolean {
  return (
    code === "not_configured" ||
    code === "no_deployment_free" ||
    code === "context_length_exceeded" ||
    code === "region_denied"
  );
}

function valueOf(ended: Ended): Dispatched {
  if (ended.kind === "thrown") throw ended.error;
  return ended;
}

function attemptsOf(ended: Ended): number {
  return ended.kind === "thrown" ? 0 : ended.attempts;
}

function categoryOf(ended: Ended): FailureCategory {
  if (ended.kind === "failed") return ended.failure.category;
  const isTooLong = ended.kind === "thrown" && ended.error.code === "context_length_exceeded";
  return isTooLong ? "context-length" : "overloaded";
}

/** The caller's own names come in place of the operator's; a longer window beside them. */
export function fallbacksOf({ wish, group, envelope, terms }: Call): Fallbacks {
  const { fallbacks } = terms.router;
  const longer = Object.entries(wish.contextWindowFallbacks).map(
    ([name, target]) => [name === envelope.model ? group.name : name, [target]] as const,
  );
  const contextWindow = new Map([...fallbacks.contextWindow, ...longer]);
  if (wish.fallbacks === undefined) return { ...fallbacks, contextWindow };
  const none = new Map<string, readonly string[]>();
  return {
    general: new Map([[group.name, wish.fallbacks]]),
    contextWindow: new Map(longer),
    contentPolicy: none,
    defaults: [],
    max: fallbacks.max,
  };
}

/** A fallback's own fallbacks come before what is left of the first model's, the defaults last. */
function withOwn(
  own: readonly string[],
  queue: readonly string[],
  { defaults }: Fallbacks,
): string[] {
  return [...new Set([...own.filter((name) => !defaults.includes(name)), ...queue])];
}

/** Whether there is time for a further model, and somebody to hear it. */
function maySend(call: Call, deps: Deps): boolean {
  return !call.context.callerGone.aborted && deps.nowMs() < callEndsAtMs(call, call.terms.router);
}
