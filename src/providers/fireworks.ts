import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://docs.fireworks.ai/tools-sdks/openai-compatibility. A model's id is a path; as in LiteLLM its
 * last step is enough for the vendor's own. `#` marks a deployment of one's own.
 */
export const fireworks: Provider = openAiLike({
  name: "fireworks_ai",
  base: "https://api.fireworks.ai/inference/v1",
  modelId: (model) =>
    model.startsWith("accounts/") || model.includes("#")
      ? model
      : `accounts/fireworks/models/${model}`,
});
