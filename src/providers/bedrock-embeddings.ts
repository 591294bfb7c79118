import type { Deployment } from "../core/config/deployment.ts";
import { cohereEmbeddings } from "../dialects/embeddings/cohere.ts";
import type { EmbeddingGrammar } from "../dialects/embeddings/grammar.ts";
import { titanEmbeddings } from "../dialects/embeddings/titan.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PreparedRequest, ProviderTools, UpstreamCall } from "./provider.ts";

type PrepareBedrock = (
  call: UpstreamCall,
  operation: string,
  body: string,
  tools: ProviderTools,
) => Promise<PreparedRequest>;

/** Amazon's and Cohere's models, by InvokeModel. */
export function bedrockEmbeddings(prepare: PrepareBedrock): Endpoint {
  return translatedEmbeddings(grammarOf, (call, body, tools) =>
    prepare(call, "invoke", body, tools),
  );
}

/** An ARN does not say whose model it is; `base_model` does. */
function grammarOf({ model, baseModel }: Deployment): EmbeddingGrammar {
  return /cohere/.test(`${model} ${baseModel}`) ? cohereEmbeddings : titanEmbeddings;
}
