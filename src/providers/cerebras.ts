import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://inference-docs.cerebras.ai/resources/openai */
export const cerebras: Provider = openAiLike({
  name: "cerebras",
  base: "https://api.cerebras.ai/v1",
});
