import { Hono } from "hono";
import { compose } from "../compose.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { adminRoutes } from "./admin/index.ts";
import { bedrockRoutes } from "./bedrock.ts";
import { callContext } from "./call-context.ts";
import { chatRoutes } from "./chat.ts";
import { geminiRoutes } from "./gemini.ts";
import { completionRoutes } from "./completions.ts";
import type { App } from "./context.ts";
import { errorResponse } from "./error-response.ts";
import { forwardedRoutes } from "./forwarded.ts";
import { healthRoutes } from "./health.ts";
import { modelInfoRoutes } from "./model-info.ts";
import { modelRoutes } from "./models.ts";
import { vertexRoutes } from "./vertex.ts";
import { responseRoutes } from "./responses.ts";

/** All routes. The data plane answers in its caller's grammar, everything else in LiteLLM's. */
export const app = new Hono<App>();

app.use(async (c, next) => {
  c.set("gateway", compose(c.env));
  await next();
});
app.route("/", healthRoutes());
app.route("/", chatRoutes());
app.route("/", responseRoutes());
app.route("/", geminiRoutes());
app.route("/", vertexRoutes());
app.route("/", completionRoutes());
app.route("/", forwardedRoutes());
app.route("/", bedrockRoutes());
app.route("/", modelRoutes());
app.route("/", modelInfoRoutes());
app.route("/", adminRoutes());
app.get("/", (c) => c.json({ name: "sekisho", models: "/v1/models", health: "/health/readiness" }));
app.notFound((c) => c.json({ detail: "Not Found" }, 404));
app.onError((error, c) => {
  // A broken configuration fails before there is a gateway to ask for an id.
  const id = c.var.gateway === undefined ? crypto.randomUUID() : callContext(c).id;
  return errorResponse(error, openAiChat, id);
});
