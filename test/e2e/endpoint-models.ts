import { otherKey } from "../upstream/others.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { entry } from "./world.ts";

/** `$1` per million tokens: a token is a thousand nano-dollars. */
const PRICED = { input_cost_per_token: 1e-6 };
const EMBEDDING = { mode: "embedding" };
export const NANO_PER_TOKEN = 1_000;

export const EMBEDDING_MODELS = [
  "openai-3-large",
  "azure-3-large",
  "mistral-embed",
  "together-embed",
  "titan-v2",
  "bedrock-cohere",
  "cohere-embed",
  "vertex-005",
  "gemini-embedding",
  "gemini-embedding-2",
  "studio-embedding",
];

export function endpointModels(upstream: Upstream): object[] {
  const { credentials, url } = upstream;
  const aws = (model: string): object => ({
    model: `bedrock/${model}`,
    aws_region_name: "us-east-1",
    aws_access_key_id: credentials.aws.accessKeyId,
    aws_secret_access_key: credentials.aws.secretAccessKey,
    aws_bedrock_runtime_endpoint: `${url}/bedrock/us-east-1`,
    ...PRICED,
  });
  const google = (model: string): object => ({
    model: `vertex_ai/${model}`,
    vertex_credentials: upstream.serviceAccountJson,
    api_base: `${url}/vertex`,
    ...PRICED,
  });
  const other = (model: string, path: string): object => {
    const vendor = path.split("/")[0] ?? "";
    return { model, api_base: `${url}/${path}`, api_key: otherKey(vendor), ...PRICED };
  };
  const openai = { api_base: `${url}/openai/v1`, api_key: credentials.openaiApiKey };
  return [
    entry(
      "openai-3-large",
      { model: "openai/text-embedding-3-large", ...openai, ...PRICED },
      EMBEDDING,
    ),
    entry("listed", { model: "openai/text-embedding-3-small", ...openai }),
    entry("no-price", { model: "openai/text-embedding-9", ...openai }),
    entry(
      "azure-3-large",
      {
        model: "azure/text-embedding-3-large",
        api_base: `${url}/azure`,
        api_key: credentials.azureApiKey,
        api_version: "2024-10-21",
        ...PRICED,
      },
      EMBEDDING,
    ),
    entry("mistral-embed", other("mistral/mistral-embed", "mistral/v1"), EMBEDDING),
    entry("together-embed", other("together_ai/bge-large", "together/v1"), EMBEDDING),
    entry("titan-v2", aws("amazon.titan-embed-text-v2:0"), EMBEDDING),
    entry("bedrock-cohere", aws("cohere.embed-multilingual-v3"), EMBEDDING),
    entry("cohere-embed", other("cohere/embed-v4.0", "cohere"), EMBEDDING),
    entry("vertex-005", google("text-embedding-005"), EMBEDDING),
    entry("gemini-embedding", google("gemini-embedding-001"), EMBEDDING),
    entry("gemini-embedding-2", google("gemini-embedding-2-preview"), EMBEDDING),
    entry(
      "studio-embedding",
      {
        model: "gemini/gemini-embedding-001",
        api_base: `${url}/aistudio`,
        api_key: credentials.geminiApiKey,
        ...PRICED,
      },
      EMBEDDING,
    ),
    entry(
      "two-of-them",
      { model: "openai/text-embedding-3-large", ...openai, ...PRICED, order: 1 },
      EMBEDDING,
    ),
    entry("two-of-them", { ...aws("amazon.titan-embed-text-v2:0"), order: 2 }, EMBEDDING),
    entry("reranker", { ...other("cohere/rerank-v3.5", "cohere"), input_cost_per_query: 0.002 }),
    entry("vllm-reranker", other("together_ai/reranker", "together/v1"), { mode: "rerank" }),
    entry(
      "omni-moderation-latest",
      { model: "openai/omni-moderation-latest", ...openai, input_cost_per_token: 0 },
      { mode: "moderation" },
    ),
    entry("painter", { model: "openai/dall-e-3", ...openai, output_cost_per_image: 0.04 }),
    entry("token-painter", {
      model: "openai/gpt-image-1",
      ...openai,
      input_cost_per_token: 5e-6,
      output_cost_per_token: 4e-5,
    }),
    entry("speaker", { model: "openai/tts-1", ...openai, input_cost_per_character: 1.5e-5 }),
    entry("listener", { model: "openai/whisper-1", ...openai, input_cost_per_second: 1e-4 }),
    entry("claude-only", {
      model: "anthropic/claude-sonnet-4-5",
      api_key: "x",
      api_base: `${url}/anthropic`,
    }),
  ];
}

/** Tokens as the stand-in counts them: four bytes each. */
export function tokensOf(texts: string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / 4), 0);
}
