import type { MiddlewareHandler } from "hono";

let inFlight = 0;

/** Counts the requests this isolate has not begun to answer. */
export const countInFlight: MiddlewareHandler = async (_, next) => {
  inFlight += 1;
  try {
    await next();
  } finally {
    inFlight -= 1;
  }
};

/** Besides the one that asks. */
export function requestsInFlight(): number {
  return Math.max(0, inFlight - 1);
}
