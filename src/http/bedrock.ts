import { Hono, type Context } from "hono";
import { GatewayError } from "../core/errors.ts";
import { bedrockConverse } from "../dialects/bedrock-converse/index.ts";
import { bedrockCount } from "../dialects/bedrock-invoke/count.ts";
import { asksForEmbeddings, bedrockEmbed } from "../dialects/bedrock-invoke/embeddings.ts";
import { bedrockInvoke } from "../dialects/bedrock-invoke/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { countTokens } from "../pipeline/count-tokens.ts";
import { FORWARDS } from "../pipeline/forward.ts";
import type { App } from "./context.ts";
import { callContext } from "./call-context.ts";
import { errorResponse } from "./error-response.ts";
import { serve } from "./serve.ts";

type Operation = Omit<ChatRoute, "path" | "target">;

const CONVERSE: Operation = { callType: "acompletion", dialect: bedrockConverse };
const INVOKE: Operation = { callType: "anthropic_messages", dialect: bedrockInvoke };
const EMBED: Operation = {
  callType: "aembedding",
  dialect: bedrockEmbed,
  forward: FORWARDS["invoked-embeddings"],
};
const COUNT: Operation = { callType: "count_tokens", dialect: bedrockCount };

/** Where AWS's SDKs ask when their endpoint is the gateway, with `/bedrock` behind it or without. */
export function bedrockRoutes(): Hono<App> {
  const app = new Hono<App>();
  const at = (name: string, operation: Operation, stream: boolean): void =>
    serve(app, pathsOf(name), routeOf(name, operation, stream), answer);
  at("converse", CONVERSE, false);
  at("converse-stream", CONVERSE, true);
  serve(app, pathsOf("invoke"), invokeRoute, answer);
  at("invoke-with-response-stream", INVOKE, true);
  serve(app, pathsOf("count-tokens"), routeOf("count-tokens", COUNT, false), countTokens);
  // Claude Code looks here when it starts, and can do without.
  app.on("GET", ["/bedrock/inference-profiles", "/inference-profiles"], (c) =>
    errorResponse(NO_PROFILES, bedrockInvoke, callContext(c).id),
  );
  return app;
}

const NO_PROFILES = new GatewayError(
  "not_found",
  "The gateway has no inference profiles; GET /v1/models lists the models your key can use.",
);

/** SDKs that do not encode the slash in an ARN send its two halves as segments of the path. */
function pathsOf(operation: string): string[] {
  return ["/bedrock", ""].flatMap((prefix) => [
    `${prefix}/model/:model/${operation}`,
    `${prefix}/model/:model/:rest/${operation}`,
  ]);
}

/** Embedding models are invoked too, and only the body says that one is meant. */
function invokeRoute(c: Context<App>): ChatRoute {
  const embed = routeOf("invoke", EMBED, false)(c);
  return {
    ...routeOf("invoke", INVOKE, false)(c),
    insteadFor: (body) => (asksForEmbeddings(body) ? embed : undefined),
  };
}

function routeOf(name: string, operation: Operation, stream: boolean) {
  return (c: Context<App>): ChatRoute => {
    const { model = "", rest } = c.req.param();
    return {
      ...operation,
      path: `/bedrock/model/{model}/${name}`,
      target: { model: rest === undefined ? model : `${model}/${rest}`, stream },
    };
  };
}
