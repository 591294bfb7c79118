import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://api-docs.deepseek.com/api/create-chat-completion */
export const deepseek: Provider = openAiLike({
  name: "deepseek",
  base: "https://api.deepseek.com",
});
