import { Hono } from "hono";
import { composeNow } from "../compose.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { adminRoutes } from "./admin/index.ts";
import { bedrockRoutes } from "./bedrock.ts";
import { countInFlight } from "./backlog.ts";
import { openToBrowsers } from "./browsers.ts";
import { callContext } from "./call-context.ts";
import { chatRoutes } from "./chat.ts";
import { geminiRoutes } from "./gemini.ts";
import { completionRoutes } from "./completions.ts";
import type { App } from "./context.ts";
import { errorResponse } from "./error-response.ts";
import { forwardedRoutes } from "./forwarded.ts";
import { healthRoutes } from "./health.ts";
import { answerUnserved, listRoutes } from "./methods.ts";
import { modelInfoRoutes } from "./model-info.ts";
import { modelRoutes } from "./models.ts";
import { usageRoutes } from "./usage.ts";
import { vertexRoutes } from "./vertex.ts";
import { responseRoutes } from "./responses.ts";

/** What anybody with a key may call, web pages included; answers are in the caller's grammar. */
const dataPlane = new Hono<App>()
  .route("/", healthRoutes())
  .route("/", chatRoutes())
  .route("/", responseRoutes())
  .route("/", geminiRoutes())
  .route("/", vertexRoutes())
  .route("/", completionRoutes())
  .route("/", forwardedRoutes())
  .route("/", bedrockRoutes())
  .route("/", modelRoutes())
  .route("/", modelInfoRoutes())
  .route("/", usageRoutes());

/** All routes. The data plane answers in its caller's grammar, everything else in LiteLLM's. */
export const app = new Hono<App>();

app.use(openToBrowsers(dataPlane));
app.use(countInFlight);
app.use(async (c, next) => {
  c.set("gateway", await composeNow(c.env, (work) => c.executionCtx.waitUntil(work)));
  await next();
});
app.route("/", dataPlane);
app.route("/", adminRoutes());
app.get("/", (c) => c.json({ name: "sekisho", models: "/v1/models", health: "/health/readiness" }));
app.get("/routes", (c) => c.json({ routes: listRoutes(app) }));
app.notFound(answerUnserved(app));
app.onError((error, c) => {
  // A broken configuration fails before there is a gateway to ask for an id.
  const id = c.var.gateway === undefined ? crypto.randomUUID() : callContext(c).id;
  return errorResponse(error, openAiChat, id);
});
