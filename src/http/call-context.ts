import type { Context } from "hono";
import type { CallContext } from "../pipeline/deps.ts";
import type { App } from "./context.ts";

/** What the platform knows about this one request. */
export function callContext(c: Context<App>): CallContext {
  const { deps } = c.var.gateway;
  return {
    id: deps.newId(),
    startedAtMs: deps.nowMs(),
    callerGone: c.req.raw.signal,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  };
}
