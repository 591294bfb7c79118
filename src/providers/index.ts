import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { demo } from "./demo.ts";
import { openAiCompatible } from "./openai-compatible.ts";
import { openai } from "./openai.ts";
import type { Provider } from "./provider.ts";
import { vertex } from "./vertex.ts";

const PROVIDERS: Provider[] = [
  bedrock,
  vertex,
  azure,
  openai,
  anthropic,
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
