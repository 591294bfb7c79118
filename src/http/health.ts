import { Hono } from "hono";
import type { App } from "./context.ts";

/** Probes, in LiteLLM's shapes. None needs a key, none tells a detail. */
export function healthRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.on("GET", ["/health/liveliness", "/health/liveness"], (c) => c.json("I'm alive!"));
  app.get("/health/readiness", async (c) => {
    const { isReady, deps } = c.var.gateway;
    const ready = await isReady();
    return c.json(
      {
        status: ready ? "healthy" : "unhealthy",
        db: ready ? "connected" : "Not connected",
        cache: null,
        litellm_version: "1.94.0",
        success_callbacks: deps.config.settings.callbacks,
        config_version: deps.config.version,
      },
      ready ? 200 : 503,
    );
  });
  return app;
}
