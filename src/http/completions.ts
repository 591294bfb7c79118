import { Hono } from "hono";
import { openAiText } from "../dialects/openai-text/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import type { App } from "./context.ts";
import { serve, spellings } from "./serve.ts";

export const COMPLETIONS: ChatRoute = {
  path: "/v1/completions",
  callType: "atext_completion",
  dialect: openAiText,
  target: {},
};

/** Where clients ask who still complete prompts. */
export function completionRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(app, spellings(COMPLETIONS.path, ["/openai"]), () => COMPLETIONS, answer);
  serve(
    app,
    ["/engines/:model/completions", "/openai/deployments/:model/completions"],
    (c) => ({ ...COMPLETIONS, target: { model: c.req.param("model") ?? "" } }),
    answer,
  );
  return app;
}
