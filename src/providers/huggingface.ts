import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://huggingface.co/docs/inference-providers, and with an `api_base` an endpoint of one's own,
 * which runs Text Generation Inference:
 * https://huggingface.co/docs/text-generation-inference/reference/api_reference
 */
export const huggingface: Provider = openAiLike({
  name: "huggingface",
  base: "https://router.huggingface.co/v1",
  basePath: { path: "/v1", insteadOf: [] },
  modelId: routedModel,
  // Older servers write a call's arguments as the object itself.
  answersInOwnWords: true,
});

/** LiteLLM puts the vendor in front (`together/org/model`), the router wants it behind. */
function routedModel(model: string): string {
  const [, vendor, name] = /^([^/]+)\/([^/]+\/[^/]+)$/.exec(model) ?? [];
  return vendor === undefined ? model : `${name}:${vendor}`;
}
