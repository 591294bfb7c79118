import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://openrouter.ai/docs/api-reference/overview */
export const openrouter: Provider = openAiLike({
  name: "openrouter",
  base: "https://openrouter.ai/api/v1",
});
