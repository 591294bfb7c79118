import { createSseDecoder } from "../dialects/framing/sse.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { trimBase } from "./base-url.ts";
import { adaptChatBody } from "./chat-body.ts";
import type { Provider, UpstreamCall } from "./provider.ts";

/** OpenAI, and with an `api_base` anyone who speaks its grammar, key or no key. */
export const openai: Provider = openAiLike("openai", "https://api.openai.com/v1");

export function openAiLike(name: string, defaultBase?: string): Provider {
  return {
    name,
    framing: "sse",
    dialect: () => openAiChat,
    missing({ connection }) {
      // A server of one's own often asks for no key, but it has to be somewhere.
      if (connection.api_base) return [];
      if (defaultBase === undefined) return ["api_base"];
      return connection.api_key ? [] : ["api_key"];
    },
    adaptBody(body, call) {
      adaptChatBody(body, call);
      body.set("model", call.deployment.model);
    },
    async prepare({ deployment }, body) {
      const base = trimBase(
        deployment.connection.api_base || (defaultBase ?? ""),
        "/chat/completions",
      );
      return { url: `${base}/chat/completions`, headers: headersOf(deployment), body };
    },
    createDecoder: createSseDecoder,
  };
}

function headersOf({ connection }: UpstreamCall["deployment"]): Record<string, string> {
  const { api_key: key, organization } = connection;
  return {
    "content-type": "application/json",
    ...(key ? { authorization: `Bearer ${key}` } : {}),
    ...(organization ? { "openai-organization": organization } : {}),
  };
}
