import { Hono } from "hono";
import type { CallRecord } from "../core/record.ts";
import type { CallerDialect } from "../dialects/dialect.ts";
import {
  forwardedDialect,
  readForwardedEnvelope,
  type ForwardedShape,
} from "../dialects/forwarded.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { FORWARDS } from "../pipeline/forward.ts";
import type { Operation } from "../providers/endpoint.ts";
import type { App } from "./context.ts";
import { serve, spellings } from "./serve.ts";

/** OpenAI's largest picture takes 6,240 tokens. */
const PICTURE_TOKENS_MAX = 8_000;
/** Twice what OpenAI's transcribing models may write. */
const TRANSCRIPT_TOKENS_MAX = 4_000;

interface Served extends ForwardedShape {
  operation: Operation;
  path: string;
  callType: CallRecord["callType"];
}

const SERVED: readonly Served[] = [
  {
    operation: "embeddings",
    path: "/v1/embeddings",
    callType: "aembedding",
    required: ["input"],
    outputTokensMax: 0,
  },
  {
    operation: "rerank",
    path: "/v1/rerank",
    callType: "arerank",
    required: ["query", "documents"],
    outputTokensMax: 0,
  },
  {
    operation: "moderations",
    path: "/v1/moderations",
    callType: "amoderation",
    required: ["input"],
    outputTokensMax: 0,
    usualModel: "omni-moderation-latest",
  },
  {
    operation: "images",
    path: "/v1/images/generations",
    callType: "aimage_generation",
    required: ["prompt"],
    outputTokensMax: PICTURE_TOKENS_MAX,
  },
  {
    operation: "speech",
    path: "/v1/audio/speech",
    callType: "aspeech",
    required: ["input"],
    outputTokensMax: 0,
  },
  {
    operation: "transcriptions",
    path: "/v1/audio/transcriptions",
    callType: "atranscription",
    required: [],
    outputTokensMax: TRANSCRIPT_TOKENS_MAX,
  },
];

/** What can be asked of models beside conversations. Every one of them takes the line all calls take. */
export function forwardedRoutes(): Hono<App> {
  const app = new Hono<App>();
  for (const served of SERVED) {
    const route = routeOf(served);
    const bare = served.path.slice("/v1".length);
    const more = served.operation === "rerank" ? ["/v2/rerank"] : [`/engines/:model${bare}`];
    serve(
      app,
      [...spellings(served.path, ["/openai"]), `/openai/deployments/:model${bare}`, ...more],
      (c) => {
        const model = c.req.param("model");
        return model === undefined ? route : { ...route, target: { model } };
      },
      answer,
    );
  }
  return app;
}

function routeOf({ operation, path, callType, ...shape }: Served): ChatRoute {
  const readEnvelope: CallerDialect["readEnvelope"] = (body, target) =>
    readForwardedEnvelope(body, shape, target);
  const dialect = forwardedDialect(readEnvelope);
  return { path, callType, dialect, target: {}, forward: FORWARDS[operation] };
}

/** The same as routes; a form with a recording in it is nothing JSON could hold. */
export const FORWARDED: readonly ChatRoute[] = SERVED.filter(
  ({ operation }) => operation !== "transcriptions",
).map(routeOf);
