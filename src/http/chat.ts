import { Hono } from "hono";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { countTokens } from "../pipeline/count-tokens.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";
import type { App } from "./app.ts";

/** Where conversations are asked. Every path is served with and without `/v1`. */
const ROUTES: ChatRoute[] = [
  { path: "/v1/chat/completions", callType: "acompletion", dialect: openAiChat, target: {} },
  { path: "/v1/messages", callType: "anthropic_messages", dialect: anthropicMessages, target: {} },
];

const COUNT_ROUTE: ChatRoute = {
  path: "/v1/messages/count_tokens",
  callType: "count_tokens",
  dialect: anthropicMessages,
  target: {},
};

export function chatRoutes(): Hono<App> {
  const app = new Hono<App>();
  for (const route of ROUTES) serve(app, route, answer);
  serve(app, COUNT_ROUTE, countTokens);
  return app;
}

function serve(app: Hono<App>, route: ChatRoute, handle: typeof answer): void {
  app.on("POST", [route.path, route.path.replace("/v1", "")], (c) => {
    const context = callContext(c);
    const work = handle(c.req.raw, route, context, c.var.gateway.deps).catch((error: unknown) =>
      errorResponse(error, route.dialect, context.id),
    );
    // A caller who hangs up before the answer must not stop it from being paid for.
    context.waitUntil(work);
    return work;
  });
}
