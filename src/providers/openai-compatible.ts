import { openAiLike } from "./openai.ts";
import type { Provider } from "./provider.ts";

/** LiteLLM's names for servers of one's own that speak OpenAI's grammar. */
export const openAiCompatible: Provider[] = [
  openAiLike("hosted_vllm"),
  openAiLike("openai_like"),
  openAiLike("custom_openai"),
];
