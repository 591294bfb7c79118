import { Hono } from "hono";
import type { Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { groupModelInfo } from "../pipeline/model-group-info.ts";
import { listModelInfo, type ModelInfo } from "../pipeline/model-info.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";

const PATHS = ["/v1/model/info", "/model/info"];

/** `GET /model/info`: limits, abilities and prices of what this key may use, in LiteLLM's shape. */
export function modelInfoRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.on("GET", PATHS, (c) =>
    tell(c, (all) => ({ data: select(all, c.req.query("litellm_model_id")) })),
  );
  app.get("/v2/model/info", (c) =>
    tell(c, (all) => pageOf(select(all, c.req.query("litellm_model_id")), c.req.query())),
  );
  app.get("/model_group/info", (c) => tell(c, (all) => ({ data: groupModelInfo(all) })));
  return app;
}

async function tell(c: Context<App>, shape: (all: ModelInfo[]) => object): Promise<Response> {
  try {
    const all = await listModelInfo(c.req.raw.headers, c.var.gateway.deps, c.req.url);
    return c.json(shape(all));
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

/** LiteLLM's page when nothing is said. */
const PAGE_SIZE = 50;

/** For lists that people leaf through: `search` is a part of the name, whatever its case. */
function pageOf(all: ModelInfo[], { search = "", ...query }: Record<string, string>): object {
  const wanted = search.toLowerCase();
  const found = all.filter((one) => one.model_name.toLowerCase().includes(wanted));
  const size = wholeNumber(query["size"], PAGE_SIZE);
  const page = wholeNumber(query["page"], 1);
  return {
    data: found.slice((page - 1) * size, page * size),
    total_count: found.length,
    current_page: page,
    total_pages: Math.ceil(found.length / size),
    size,
  };
}

function wholeNumber(text: string | undefined, usual: number): number {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : usual;
}
