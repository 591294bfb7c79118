import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://docs.together.ai/docs/openai-api-compatibility */
export const together: Provider = openAiLike({
  name: "together_ai",
  base: "https://api.together.xyz/v1",
});
