import { Hono } from "hono";
import type { App } from "../context.ts";
import type { FindDeps } from "./find-deps.ts";
import { auditRoutes } from "./audit.ts";
import { keyRoutes } from "./keys.ts";
import { openapiRoutes } from "./openapi.ts";
import type { AdminRoute } from "./route.ts";
import { teamRoutes } from "./teams.ts";
import { userRoutes } from "./users.ts";

/** LiteLLM's management API, one resource per file. Who may call what is in `core/roles.ts`. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...keyRoutes,
  ...teamRoutes,
  ...userRoutes,
  ...auditRoutes,
];

/** Errors are thrown; the app renders them. */
export function adminRoutes(depsOf: FindDeps = (c) => c.var.gateway.admin): Hono<App> {
  const app = new Hono<App>();
  for (const route of ADMIN_ROUTES) route.register(app, depsOf);
  return app.route("/", openapiRoutes(ADMIN_ROUTES));
}
