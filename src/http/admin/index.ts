import { Hono } from "hono";
import type { App } from "../context.ts";
import type { FindDeps } from "./find-deps.ts";
import { adminOnly } from "./guard.ts";
import { keyRoutes } from "./keys.ts";
import { teamRoutes } from "./teams.ts";
import { userRoutes } from "./users.ts";
import { requireJson } from "./validate.ts";

/**
 * LiteLLM's management routes, one resource per file. Errors are thrown; the app renders them. Whatever
 * changes something is closed to all but the administrator here, before its body is read, so that a
 * route added later cannot forget to ask.
 */
export function adminRoutes(depsOf: FindDeps = (c) => c.var.gateway.admin) {
  const app = new Hono<App>();
  for (const path of ["/key/*", "/team/*", "/user/*"]) {
    app.post(path, adminOnly(depsOf), requireJson);
  }
  return app
    .route("/", keyRoutes(depsOf))
    .route("/", teamRoutes(depsOf))
    .route("/", userRoutes(depsOf));
}
