import { Hono } from "hono";
import type { Context } from "hono";
import { claudeOnVertex } from "../dialects/anthropic-messages/on-vertex.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { countTokens } from "../pipeline/count-tokens.ts";
import type { App } from "./context.ts";
import { methodPaths, readModelMethod, vertexBases } from "./google-paths.ts";
import { serve } from "./serve.ts";

const METHODS = ["rawPredict", "streamRawPredict"];

/** Where clients ask who take the gateway for Vertex AI with Claude on it, as Claude Code can. */
export function vertexRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(
    app,
    methodPaths(vertexBases("anthropic"), METHODS),
    routeOf,
    (request, route, context, deps) =>
      (route.callType === "count_tokens" ? countTokens : answer)(request, route, context, deps),
  );
  return app;
}

function routeOf(c: Context<App>): ChatRoute {
  const { model, method } = readModelMethod(c.req.param("call") ?? "");
  const route = { path: `/publishers/anthropic/models:${method}`, dialect: claudeOnVertex };
  // The counter is a model of its own here, and the body names the one that is meant.
  if (model === "count-tokens") return { ...route, callType: "count_tokens", target: {} };
  const target = method === "streamRawPredict" ? { model, stream: true } : { model };
  return { ...route, callType: "anthropic_messages", target };
}
