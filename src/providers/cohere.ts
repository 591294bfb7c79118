import type { Deployment } from "../core/config/deployment.ts";
import { cohereChat } from "../dialects/cohere-chat/index.ts";
import { cohereEmbeddings } from "../dialects/embeddings/cohere.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { trimBase } from "./base-url.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import { jsonEndpoint } from "./openai-endpoints.ts";
import type { Provider } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";

/**
 * LiteLLM's two words for two generations of one API. It is asked in its own grammar and not in
 * OpenAI's, which it also understands, because only its own has citations and plans for tools, and
 * counts what it bills.
 */
export const cohere: Provider[] = ["cohere", "cohere_chat"].map((name) => ({
  name,
  framing: "sse",
  dialect: () => cohereChat,
  // Behind an address of the operator's own there may be no key.
  missing: ({ connection: { api_base: base, api_key: key } }) => (base || key ? [] : ["api_key"]),
  adaptBody(body, call) {
    removeGatewayFields(body);
    body.set("model", call.deployment.model);
    applyVendorRules(body, call);
  },
  /** https://docs.cohere.com/reference/chat */
  async prepare({ deployment }, body) {
    return { ...requestTo(deployment, "/chat"), body };
  },
  createDecoder: createSseDecoder,
  /** https://docs.cohere.com/reference/embed, https://docs.cohere.com/reference/rerank */
  endpoints: {
    embeddings: translatedEmbeddings(
      () => cohereEmbeddings,
      async ({ deployment }, body) => ({ ...requestTo(deployment, "/embed"), body }),
      ({ model }) => ({ model }),
    ),
    rerank: jsonEndpoint(address, "/rerank"),
  },
}));

function requestTo(deployment: Deployment, path: string) {
  const { url, headers } = address(deployment, path);
  return { url, headers: { "content-type": "application/json", ...headers } };
}

function address({ connection, model }: Deployment, path: string) {
  const { api_base: base = "https://api.cohere.com", api_key: key } = connection;
  const root = trimBase(base, "/chat", "/compatibility/v1", "/v1", "/v2");
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return { url: `${root}/v2${path}`, headers, model };
}
