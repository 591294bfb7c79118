import type { Hono, MiddlewareHandler } from "hono";
import type { App } from "./context.ts";
import { methodsAt } from "./methods.ts";

/** How long a browser need not ask again, as LiteLLM answers; Chromium keeps it for two hours at most. */
const REMEMBERED_SECONDS = 600;

/**
 * Lets web pages of any origin call these routes. The key is in a header that the page itself wrote,
 * and cookies are never allowed along, so a stranger's page has nothing to borrow.
 */
export function openToBrowsers(routes: Hono<App>): MiddlewareHandler<App> {
  return async (c, next) => {
    if (c.req.header("origin") === undefined) return next();
    const methods = methodsAt(routes, c.req.path);
    if (methods.length === 0) return next();
    if (c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined) {
      return c.body(null, 204, {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": methods.join(", "),
        // `*` would not stand for Authorization, so what was asked for is said again.
        "access-control-allow-headers": c.req.header("access-control-request-headers") ?? "*",
        "access-control-max-age": String(REMEMBERED_SECONDS),
      });
    }
    await next();
    c.res.headers.set("access-control-allow-origin", "*");
    c.res.headers.set("access-control-expose-headers", "*");
  };
}
