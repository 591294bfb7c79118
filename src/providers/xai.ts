import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OPENAI_SERVICES } from "./quirks.ts";

/** https://docs.x.ai/docs/api-reference#chat-completions: knows the newer limit, and no `logit_bias`. */
export const xai: Provider = openAiLike({
  name: "xai",
  base: "https://api.x.ai/v1",
  quirks: { drops: [...OPENAI_SERVICES, "logit_bias"] },
});
