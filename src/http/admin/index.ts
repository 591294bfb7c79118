import { Hono } from "hono";
import type { FindDeps } from "./find-deps.ts";
import { activityRoutes } from "./activity.ts";
import { dailyActivityRoutes } from "./activity-daily.ts";
import { auditRoutes } from "./audit.ts";
import { budgetRoutes } from "./budgets.ts";
import { credentialRoutes } from "./credentials.ts";
import { customerRoutes } from "./customers.ts";
import { invitationRoutes } from "./invitations.ts";
import { explainRoutes } from "./explain.ts";
import { healthCheckRoutes } from "./health.ts";
import { importRoutes } from "./import.ts";
import { keyRoutes } from "./keys.ts";
import { modelFactsRoutes } from "./model-facts.ts";
import { modelRoutes } from "./models.ts";
import { openapiRoutes } from "./openapi.ts";
import { organizationRoutes } from "./organizations.ts";
import type { AdminRoute, GuardedApp } from "./route.ts";
import { spendCostRoutes } from "./spend-cost.ts";
import { spendGlobalRoutes } from "./spend-global.ts";
import { spendListRoutes } from "./spend-lists.ts";
import { spendLogRoutes } from "./spend-logs.ts";
import { spendReportRoutes } from "./spend-report.ts";
import { spendResetRoutes } from "./spend-reset.ts";
import { settingsRoutes } from "./settings.ts";
import { tagRoutes } from "./tags.ts";
import { teamRoutes } from "./teams.ts";
import { cacheRoutes } from "./usage-caches.ts";
import { heavyUserRoutes } from "./usage-heavy.ts";
import { reconcileRoutes } from "./usage-reconcile.ts";
import { usageReportRoutes } from "./usage-reports.ts";
import { usageRoutes } from "./usage.ts";
import { userRoutes } from "./users.ts";

/** LiteLLM's management API, one resource per file. Who may call what is in `core/roles.ts`. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  ...keyRoutes,
  ...teamRoutes,
  ...userRoutes,
  ...invitationRoutes,
  ...organizationRoutes,
  ...budgetRoutes,
  ...customerRoutes,
  ...tagRoutes,
  ...usageRoutes,
  ...usageReportRoutes,
  ...heavyUserRoutes,
  ...cacheRoutes,
  ...reconcileRoutes,
  ...spendLogRoutes,
  ...spendListRoutes,
  ...spendGlobalRoutes,
  ...spendReportRoutes,
  ...spendCostRoutes,
  ...spendResetRoutes,
  ...activityRoutes,
  ...dailyActivityRoutes,
  ...modelRoutes,
  ...credentialRoutes,
  ...modelFactsRoutes,
  ...explainRoutes,
  ...healthCheckRoutes,
  ...settingsRoutes,
  ...auditRoutes,
  ...importRoutes,
];

/** Errors are thrown; the app renders them. */
export function adminRoutes(depsOf: FindDeps = (c) => c.var.gateway.admin): Hono<GuardedApp> {
  const app = new Hono<GuardedApp>();
  for (const route of ADMIN_ROUTES) route.register(app, depsOf);
  return app.route("/", openapiRoutes(ADMIN_ROUTES));
}
