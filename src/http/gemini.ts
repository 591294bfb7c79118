import { Hono } from "hono";
import type { Context } from "hono";
import { gemini, geminiArray, geminiCount } from "../dialects/gemini/index.ts";
import { GOOGLE_EMBEDDINGS } from "../dialects/gemini-embeddings/index.ts";
import type { EmbeddingMethod } from "../dialects/gemini-embeddings/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { countTokens } from "../pipeline/count-tokens.ts";
import { FORWARDS } from "../pipeline/forward.ts";
import type { App } from "./context.ts";
import { GOOGLE_PREFIXES, methodPaths, readModelMethod, vertexBases } from "./google-paths.ts";
import { serve } from "./serve.ts";

/** AI Studio's versions, and Vertex AI's for those who have a key and no project. */
const VERSIONS = [
  "/v1beta",
  "/v1",
  "/v1alpha",
  "/v1beta1/publishers/google",
  "/v1/publishers/google",
  "",
];

const BASES = [
  ...GOOGLE_PREFIXES.flatMap((prefix) => VERSIONS.map((version) => prefix + version)),
  ...vertexBases("google"),
];

const METHODS = [
  "generateContent",
  "streamGenerateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
  "predict",
];

/** Where Google's clients ask, for AI Studio or for Vertex AI. */
export function geminiRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(app, methodPaths(BASES, METHODS), routeOf, (request, route, context, deps) =>
    (route.callType === "count_tokens" ? countTokens : answer)(request, route, context, deps),
  );
  return app;
}

function routeOf(c: Context<App>): ChatRoute {
  const { model, method } = readModelMethod(c.req.param("call") ?? "");
  const path = `/v1beta/models:${method}`;
  switch (method) {
    case "countTokens":
      return { path, callType: "count_tokens", dialect: geminiCount, target: { model } };
    case "streamGenerateContent": {
      const dialect = c.req.query("alt") === "sse" ? gemini : geminiArray;
      return { path, callType: "agenerate_content", dialect, target: { model, stream: true } };
    }
    case "embedContent":
    case "batchEmbedContents":
    case "predict":
      return { ...EMBEDDINGS[method], path, target: { model } };
    default:
      return { path, callType: "agenerate_content", dialect: gemini, target: { model } };
  }
}

const EMBEDDINGS = {
  embedContent: embeddings("embedContent"),
  batchEmbedContents: embeddings("batchEmbedContents"),
  predict: embeddings("predict"),
};

/** The embeddings `/v1/embeddings` serves, in Google's words. */
function embeddings(method: EmbeddingMethod): Omit<ChatRoute, "path" | "target"> {
  const { dialect, renderAnswer } = GOOGLE_EMBEDDINGS[method];
  return {
    callType: "aembedding",
    dialect,
    forward: { ...FORWARDS.embeddings, renderAnswer },
  };
}
