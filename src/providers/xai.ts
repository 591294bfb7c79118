import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://docs.x.ai/docs/api-reference#chat-completions */
export const xai: Provider = openAiLike({
  name: "xai",
  base: "https://api.x.ai/v1",
});
