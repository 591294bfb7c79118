import { Hono } from "hono";
import type { Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { groupModelInfo } from "../pipeline/model-group-info.ts";
import { listModelInfo, type ModelInfo } from "../pipeline/model-info.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";

const PATHS = ["/v1/model/info", "/model/info", "/v2/model/info"];

/** `GET /model/info`: limits, abilities and prices of what this key may use, in LiteLLM's shape. */
export function modelInfoRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.on("GET", PATHS, (c) => tell(c, (all) => select(all, c.req.query("litellm_model_id"))));
  app.get("/model_group/info", (c) => tell(c, groupModelInfo));
  return app;
}

async function tell(c: Context<App>, shape: (all: ModelInfo[]) => object[]): Promise<Response> {
  try {
    const all = await listModelInfo(c.req.raw.headers, c.var.gateway.deps, c.req.url);
    return c.json({ data: shape(all) });
  } catch (error) {
    return errorResponse(error, openAiChat, callContext(c).id);
  }
}

/** An id asks for one deployment, which is told once, even when aliases name it too. */
function select(all: ModelInfo[], id: string | undefined): ModelInfo[] {
  if (id === undefined) return all;
  const found = all.find((one) => one.model_info["id"] === id);
  if (found !== undefined) return [found];
  throw new GatewayError(
    "invalid_request",
    "No deployment has this id; GET /v1/model/info lists those your key can use.",
    { param: "litellm_model_id" },
  );
}
