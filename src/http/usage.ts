import { Hono } from "hono";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { readUsage, USAGE_ROUTE } from "../pipeline/usage-limits.ts";
import { sumRecentSpend } from "../platform/db/recent-spend.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";

/** `GET /api/oauth/usage`: how much of its caps the caller's key has used, for Claude Code. */
export function usageRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.get(USAGE_ROUTE, async (c) => {
    const { deps } = c.var.gateway;
    try {
      const usage = await readUsage(c.req.raw.headers, c.req.url, deps, (keyHash) =>
        sumRecentSpend(c.env.DB, keyHash, deps.nowMs()),
      );
      return c.json(usage, 200, { "cache-control": "no-store" });
    } catch (error) {
      return errorResponse(error, anthropicMessages, callContext(c).id);
    }
  });
  return app;
}
