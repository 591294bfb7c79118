import type { Deployment } from "../core/config/deployment.ts";
import { cohereEmbeddings } from "../dialects/embeddings/cohere.ts";
import { trimBase } from "./base-url.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import { jsonEndpoint } from "./openai-endpoints.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/** LiteLLM's two words for two generations of one API. */
export const cohere: Provider[] = ["cohere", "cohere_chat"].map((name) => ({
  /**
   * https://docs.cohere.com/docs/compatibility-api. Its own grammar would add citations and tool
   * plans, which no caller's grammar has a place for.
   */
  ...openAiLike({
    name,
    base: "https://api.cohere.ai/compatibility/v1",
    basePath: { path: "/compatibility/v1", insteadOf: ["/v1", "/v2"] },
    quirks: {
      renames: OLDER_LIMIT,
      drops: [...OPENAI_SERVICES, "logit_bias", "modalities", "parallel_tool_calls", "user"],
      refuses: ["n", "top_logprobs", "audio"],
    },
  }),
  /** https://docs.cohere.com/reference/embed, https://docs.cohere.com/reference/rerank */
  endpoints: {
    embeddings: translatedEmbeddings(
      () => cohereEmbeddings,
      async ({ deployment }, body) => {
        const { url, headers } = address(deployment, "/embed");
        return { url, headers: { "content-type": "application/json", ...headers }, body };
      },
      ({ model }) => ({ model }),
    ),
    rerank: jsonEndpoint(address, "/rerank"),
  },
}));

function address({ connection, model }: Deployment, path: string) {
  const { api_base: base = "https://api.cohere.com", api_key: key = "" } = connection;
  const root = trimBase(base, "/compatibility/v1", "/v1", "/v2");
  return { url: `${root}/v2${path}`, headers: { authorization: `Bearer ${key}` }, model };
}
