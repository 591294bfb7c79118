import { Hono } from "hono";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { answer } from "../pipeline/answer.ts";
import type { ChatRoute } from "../pipeline/call.ts";
import { countTokens } from "../pipeline/count-tokens.ts";
import type { App } from "./context.ts";
import { serve, spellings } from "./serve.ts";

export const CHAT: ChatRoute = {
  path: "/v1/chat/completions",
  callType: "acompletion",
  dialect: openAiChat,
  target: {},
};

export const MESSAGES: ChatRoute = {
  path: "/v1/messages",
  callType: "anthropic_messages",
  dialect: anthropicMessages,
  target: {},
};

const COUNT: ChatRoute = {
  path: "/v1/messages/count_tokens",
  callType: "count_tokens",
  dialect: anthropicMessages,
  target: {},
};

/** Where OpenAI's and Anthropic's clients ask. */
export function chatRoutes(): Hono<App> {
  const app = new Hono<App>();
  serve(app, spellings(CHAT.path, ["/openai"]), () => CHAT, answer);
  serve(app, spellings(MESSAGES.path, ["/anthropic"]), () => MESSAGES, answer);
  serve(app, spellings(COUNT.path, ["/anthropic"]), () => COUNT, countTokens);
  // The path of Azure's SDK names the deployment, which here is a model's public name.
  serve(
    app,
    [
      "/openai/deployments/:model/chat/completions",
      "/azure/openai/deployments/:model/chat/completions",
    ],
    (c) => ({ ...CHAT, target: { model: c.req.param("model") ?? "" } }),
    answer,
  );
  return app;
}
