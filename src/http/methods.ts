import type { Context, Hono } from "hono";
import type { App } from "./context.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The methods something answers at this path, as the router itself knows them. */
export function methodsAt(app: Hono<App>, path: string): string[] {
  const served = METHODS.filter((method) => {
    const [matches] = app.router.match(method, path);
    // Whoever takes a `next` stands in front of an answer and gives none; Hono tells them apart so, too.
    return matches.some(([[handler, route]]) => route.method === method && handler.length < 2);
  });
  // Hono answers HEAD with what GET would say, less the body.
  return served.includes("GET") ? ["GET", "HEAD", ...served.slice(1)] : served;
}

/** Whatever nobody answers, in LiteLLM's words: a path nobody serves, or another method than it has. */
export function answerUnserved(app: Hono<App>): (c: Context<App>) => Response {
  return (c) => {
    const methods = methodsAt(app, c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method)) {
      return c.json({ detail: "Not Found" }, 404);
    }
    const allow = [...methods, "OPTIONS"].join(", ");
    return c.req.method === "OPTIONS"
      ? c.body(null, 204, { allow })
      : c.json({ detail: "Method Not Allowed" }, 405, { allow });
  };
}

/** Everything that is answered, in the shape of LiteLLM's `/routes`. */
export function listRoutes(app: Hono<App>): object[] {
  const answered = app.routes.filter(
    ({ method, handler }) => method !== "ALL" && handler.length < 2,
  );
  const byPath = Map.groupBy(answered, ({ path }) => path);
  return [...byPath].map(([path, all]) => ({
    path,
    methods: [...new Set(all.map(({ method }) => method))],
    name: path,
  }));
}
