import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { cerebras } from "./cerebras.ts";
import { cloudflare } from "./cloudflare.ts";
import { cohere } from "./cohere.ts";
import { deepseek } from "./deepseek.ts";
import { demo } from "./demo.ts";
import { fireworks } from "./fireworks.ts";
import { gemini } from "./gemini.ts";
import { groq } from "./groq.ts";
import { huggingface } from "./huggingface.ts";
import { mistral } from "./mistral.ts";
import { nvidiaNim } from "./nvidia-nim.ts";
import { ollama } from "./ollama.ts";
import { openAiCompatible } from "./openai-compatible.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import type { Provider } from "./provider.ts";
import { together } from "./together.ts";
import { vertex } from "./vertex.ts";
import { xai } from "./xai.ts";

const PROVIDERS: Provider[] = [
  bedrock,
  vertex,
  // LiteLLM's older word for the same.
  { ...vertex, name: "vertex_ai_beta" },
  gemini,
  azure,
  openai,
  anthropic,
  mistral,
  together,
  groq,
  fireworks,
  perplexity,
  deepseek,
  xai,
  openrouter,
  cerebras,
  cloudflare,
  ...ollama,
  huggingface,
  nvidiaNim,
  ...cohere,
  ...openAiCompatible,
  demo,
];

const byName = new Map(PROVIDERS.map((provider) => [provider.name, provider]));

/** By LiteLLM's word for it: the part of `litellm_params.model` before the first slash. */
export function findProvider(name: string): Provider | undefined {
  return byName.get(name);
}

export function providerNames(): string[] {
  return [...byName.keys()];
}
