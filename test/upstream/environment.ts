import type { Upstream } from "./upstream.ts";

/** What a gateway needs in its environment to take the stand-in for the world. */
export function environment({
  credentials,
  serviceAccountJson,
  url,
}: Upstream): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.aws.secretAccessKey,
    AWS_REGION_NAME: "us-east-1",
    AWS_BEARER_TOKEN_BEDROCK: credentials.bedrockApiKey,
    ANTHROPIC_API_KEY: credentials.anthropicApiKey,
    GEMINI_API_KEY: credentials.geminiApiKey,
    OPENAI_API_KEY: credentials.openaiApiKey,
    AZURE_API_KEY: credentials.azureApiKey,
    AZURE_API_BASE: `${url}/azure`,
    AZURE_API_VERSION: "2024-10-21",
    COMPATIBLE_API_KEY: credentials.compatibleApiKey,
    VERTEX_CREDENTIALS: serviceAccountJson,
    VERTEX_PROJECT: credentials.google.projectId,
    DD_API_KEY: credentials.datadogApiKey,
    DD_BASE_URL: `${url}/datadog`,
  };
}

interface Deployment {
  name: string;
  parameters: Record<string, string>;
}

function deployments(url: string): Deployment[] {
  const aws = (region: string): Record<string, string> => ({
    model: "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    aws_region_name: region,
    aws_access_key_id: "os.environ/AWS_ACCESS_KEY_ID",
    aws_secret_access_key: "os.environ/AWS_SECRET_ACCESS_KEY",
    aws_bedrock_runtime_endpoint: `${url}/bedrock/${region}`,
  });
  const google = (model: string): Record<string, string> => ({
    model: `vertex_ai/${model}`,
    vertex_project: "os.environ/VERTEX_PROJECT",
    vertex_location: "global",
    vertex_credentials: "os.environ/VERTEX_CREDENTIALS",
    api_base: `${url}/vertex`,
  });
  const keyed = (model: string, base: string, variable: string): Record<string, string> => ({
    model,
    api_base: `${url}/${base}`,
    api_key: `os.environ/${variable}`,
  });
  return [
    { name: "claude-sonnet-4-5", parameters: aws("us-east-1") },
    { name: "claude-sonnet-4-5", parameters: aws("us-west-2") },
    {
      name: "claude-opus-5-5",
      parameters: keyed("anthropic/claude-opus-5-5", "anthropic", "ANTHROPIC_API_KEY"),
    },
    { name: "claude-opus-4-6", parameters: google("claude-opus-4-6") },
    { name: "gemini-2.5-flash", parameters: google("gemini-2.5-flash") },
    { name: "gemini-3.8-flash", parameters: google("gemini-3.8-flash") },
    {
      name: "gpt-4o",
      parameters: { ...keyed("azure/gpt-4o", "azure", "AZURE_API_KEY"), api_version: "2024-10-21" },
    },
    { name: "gpt-4.1", parameters: keyed("openai/gpt-4.1", "openai/v1", "OPENAI_API_KEY") },
    { name: "o3", parameters: keyed("openai/o3", "openai/v1", "OPENAI_API_KEY") },
  ];
}

/** A `config.yaml` in LiteLLM's format, one deployment per kind of upstream. */
export function configSnippet(upstream: Upstream): string {
  const entries = deployments(upstream.url).map(({ name, parameters }) => {
    const lines = Object.entries(parameters).map(
      ([key, value]) => `      ${key}: ${JSON.stringify(value)}`,
    );
    return [`  - model_name: ${name}`, "    litellm_params:", ...lines].join("\n");
  });
  return ["model_list:", ...entries].join("\n");
}
