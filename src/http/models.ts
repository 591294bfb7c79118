import { Hono } from "hono";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { listModels } from "../pipeline/list-models.ts";
import type { App } from "./app.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";

/** LiteLLM reports this instant for every model, and clients only display it. */
const CREATED_AT_S = 1_677_610_602;

/** `GET /v1/models`: what this key may use. Anthropic's clients name their API version. */
export function modelRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.on("GET", ["/v1/models", "/models"], async (c) => {
    const anthropic = c.req.header("anthropic-version") !== undefined;
    try {
      const names = await listModels(c.req.raw.headers, c.var.gateway.deps);
      return c.json(anthropic ? anthropicList(names) : openAiList(names));
    } catch (error) {
      const { id } = callContext(c);
      return errorResponse(error, anthropic ? anthropicMessages : openAiChat, id);
    }
  });
  return app;
}

function openAiList(names: string[]) {
  return {
    data: names.map((id) => ({ id, object: "model", created: CREATED_AT_S, owned_by: "openai" })),
    object: "list",
  };
}

function anthropicList(names: string[]) {
  return {
    data: names.map((id) => ({
      type: "model",
      id,
      display_name: id,
      created_at: new Date(CREATED_AT_S * 1000).toISOString(),
    })),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  };
}
