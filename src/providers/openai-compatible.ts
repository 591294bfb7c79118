import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** LiteLLM's names for servers of one's own that speak OpenAI's grammar, extensions and all. */
export const openAiCompatible: Provider[] = [
  openAiLike({ name: "hosted_vllm" }),
  openAiLike({ name: "openai_like" }),
  openAiLike({ name: "custom_openai" }),
];
