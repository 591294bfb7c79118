/** LiteLLM's provider words that this gateway serves. */
export const PROVIDERS = [
  "bedrock",
  "vertex_ai",
  "vertex_ai_beta",
  "gemini",
  "azure",
  "openai",
  "anthropic",
  "mistral",
  "together_ai",
  "groq",
  "fireworks_ai",
  "perplexity",
  "deepseek",
  "xai",
  "openrouter",
  "cerebras",
  "cloudflare",
  "ollama",
  "ollama_chat",
  "huggingface",
  "nvidia_nim",
  "cohere",
  "cohere_chat",
  "openai_like",
  "custom_openai",
  "hosted_vllm",
  "demo",
] as const;

export type ProviderWord = (typeof PROVIDERS)[number];

export interface ModelName {
  provider: ProviderWord;
  /** The vendor's id, or an ARN. */
  model: string;
  /** LiteLLM's word for one of its own routes, where it says which grammar to speak. */
  route?: string;
  /** The region the name itself states: `bedrock/us-west-2/…`, or the one inside an ARN. */
  region: string | undefined;
}

/** Words LiteLLM takes between provider and model to choose one of its own routes. */
const ROUTE_WORDS: Partial<Record<ProviderWord, readonly string[]>> = {
  bedrock: ["converse", "invoke"],
  azure: ["o_series", "gpt5_series", "responses"],
  openai: ["responses"],
};

/** Reads `litellm_params.model`; a string says what is wrong with it and what to do. */
export function readModelName(text: string, customProvider?: string): ModelName | string {
  const slash = text.indexOf("/");
  const word = slash < 0 ? "" : text.slice(0, slash);
  const provider = findProvider(customProvider ?? "") ?? findProvider(word) ?? guess(text);
  if (customProvider !== undefined && findProvider(customProvider) === undefined) {
    return `"${customProvider}" is no provider of this gateway; ${KNOWN}`;
  }
  if (provider === undefined) {
    return word === ""
      ? `"${text}" names no provider: write provider/model; ${KNOWN}`
      : `"${word}" is no provider of this gateway; ${KNOWN}`;
  }
  const rest = findProvider(word) === provider ? text.slice(slash + 1) : text;
  const route = ROUTE_WORDS[provider]?.find((one) => rest.startsWith(`${one}/`));
  const model = route === undefined ? rest : rest.slice(route.length + 1);
  if (model === "") return `"${text}" names a provider and no model: write provider/model`;
  const name = provider === "bedrock" ? onBedrock(model) : { provider, model, region: undefined };
  return route === undefined ? name : { ...name, route };
}

const KNOWN = `known are ${PROVIDERS.join(", ")}`;

function findProvider(word: string): ProviderWord | undefined {
  return PROVIDERS.find((one) => one === word);
}

/** As LiteLLM does for names that need no prefix. */
function guess(text: string): ProviderWord | undefined {
  if (/^(gpt-|o\d(-|$)|chatgpt-)/.test(text)) return "openai";
  return text.startsWith("claude-") ? "anthropic" : undefined;
}

/** `us-west-2/anthropic.…`, or an ARN, which some configurations carry percent-encoded. */
function onBedrock(text: string): ModelName {
  const model = /%(2F|3A)/i.test(text) ? decodeURIComponent(text) : text;
  const [, region, rest = ""] = /^([a-z]{2}(?:-[a-z]+)+-\d)\/(.+)$/.exec(model) ?? [];
  if (region !== undefined) return { provider: "bedrock", model: rest, region };
  const [, inArn] = /^arn:aws[\w-]*:bedrock:([a-z0-9-]+):/.exec(model) ?? [];
  return { provider: "bedrock", model, region: inArn };
}
