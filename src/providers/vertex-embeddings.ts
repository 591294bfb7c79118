import type { Deployment } from "../core/config/deployment.ts";
import { embedContent, predict } from "../dialects/embeddings/google.ts";
import type { EmbeddingGrammar } from "../dialects/embeddings/grammar.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PreparedRequest, ProviderTools, UpstreamCall } from "./provider.ts";
import { vertexUrl } from "./vertex-address.ts";

type PrepareVertex = (
  call: UpstreamCall,
  url: string,
  body: string,
  tools: ProviderTools,
) => Promise<PreparedRequest>;

export function vertexEmbeddings(prepare: PrepareVertex): Endpoint {
  return translatedEmbeddings(grammarOf, (call, body, tools) => {
    const { deployment } = call;
    const method = grammarOf(deployment) === embedContent ? "embedContent" : "predict";
    return prepare(call, vertexUrl(deployment, deployment.model, method), body, tools);
  });
}

/** The documented limits: 250 texts a request, and one for the first Gemini embedding. */
const SEVERAL = predict(250);
const ONE = predict(1);

function grammarOf({ model }: Deployment): EmbeddingGrammar {
  if (!model.startsWith("gemini-embedding")) return SEVERAL;
  return model === "gemini-embedding-001" ? ONE : embedContent;
}
