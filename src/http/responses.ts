import { Hono, type Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";
import { serve, spellings } from "./serve.ts";

const RESPONSES: ChatRoute = {
  path: "/v1/responses",
  callType: "aresponses",
  dialect: openAiResponses,
  target: {},
};

const PATHS = spellings(RESPONSES.path, ["/openai", "/azure/openai"]);

/** The path of Azure's SDK names the deployment, which here is a model's public name. */
const DEPLOYMENT_PATHS = [
  "/openai/deployments/:model/responses",
  "/azure/openai/deployments/:model/responses",
];

/** Where Codex and OpenAI's newer clients ask. */
export function responseRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(app, PATHS, () => RESPONSES, answer);
  serve(
    app,
    DEPLOYMENT_PATHS,
    (c) => ({ ...RESPONSES, target: { model: c.req.param("model") ?? "" } }),
    answer,
  );
  app.on("GET", [...PATHS, ...DEPLOYMENT_PATHS], refuseSocket);
  const stored = PATHS.map((path) => `${path}/:id`);
  app.on(["GET", "DELETE"], stored, refuseStored);
  app.on(
    "GET",
    stored.map((path) => `${path}/input_items`),
    refuseStored,
  );
  app.on(
    "POST",
    stored.map((path) => `${path}/cancel`),
    refuseStored,
  );
  return app;
}

/** Codex tries a WebSocket first, and only this status makes it fall back to POST at once. */
const UPGRADE_REQUIRED = 426;

function refuseSocket(c: Context<App>): Response {
  const error = new GatewayError(
    "method_not_allowed",
    "Answers are streamed as server-sent events here, not over WebSockets: send a POST.",
  );
  const refused = errorResponse(error, openAiResponses, callContext(c).id);
  return c.req.header("upgrade")?.toLowerCase() === "websocket"
    ? new Response(refused.body, { status: UPGRADE_REQUIRED, headers: refused.headers })
    : refused;
}

/**
 * An upstream may keep an answer, but under the gateway's credential: whoever knew an id could read
 * another team's conversation. So nothing stored can be fetched, deleted or cancelled through here.
 */
function refuseStored(c: Context<App>): Response {
  const error = new GatewayError(
    "not_found",
    "This gateway keeps no responses. Use the answer of the call that made it, and send the whole conversation in `input` with the next one.",
    { param: "response_id" },
  );
  return errorResponse(error, openAiResponses, callContext(c).id);
}
