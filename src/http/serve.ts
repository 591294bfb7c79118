import type { Context, Hono } from "hono";
import type { ChatRoute } from "../pipeline/call.ts";
import type { CallContext, Deps } from "../pipeline/deps.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";

/** What answers a call: `answer`, `countTokens`. */
export type Handler = (
  request: Request,
  route: ChatRoute,
  context: CallContext,
  deps: Deps,
) => Promise<Response>;

/**
 * Serves one kind of call on these paths. `routeOf` reads what the URL says; errors are told in the
 * route's grammar.
 */
export function serve(
  app: Hono<App>,
  paths: string[],
  routeOf: (c: Context<App>) => ChatRoute,
  handle: Handler,
): void {
  app.on("POST", paths, (c) => {
    const context = callContext(c);
    const route = routeOf(c);
    const work = handle(c.req.raw, route, context, c.var.gateway.deps).catch((error: unknown) =>
      errorResponse(error, route.dialect, context.id),
    );
    // A caller who hangs up before the answer must not stop it from being paid for.
    context.waitUntil(work);
    return work;
  });
}

/** With and without `/v1`, and under the names SDKs append their own paths to. */
export function spellings(path: string, prefixes: readonly string[] = []): string[] {
  const bare = path.replace(/^\/v1(?=\/)/, "");
  const own = bare === path ? [path] : [path, bare];
  return ["", ...prefixes].flatMap((prefix) => own.map((one) => prefix + one));
}
