import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://docs.mistral.ai/api/#tag/chat. It counts tokens in a stream unasked, in its last chunk. */
export const mistral: Provider = openAiLike({
  name: "mistral",
  base: "https://api.mistral.ai/v1",
  basePath: { path: "/v1", insteadOf: [] },
  // Thoughts stand among the content, and a full context is called "model_length".
  answersInOwnWords: true,
});
