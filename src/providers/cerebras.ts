import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OPENAI_SERVICES } from "./quirks.ts";

/**
 * https://inference-docs.cerebras.ai/resources/openai: 400 for `frequency_penalty`, `logit_bias`,
 * `presence_penalty`, `parallel_tool_calls` and `service_tier`.
 */
export const cerebras: Provider = openAiLike({
  name: "cerebras",
  base: "https://api.cerebras.ai/v1",
  quirks: {
    drops: [
      ...OPENAI_SERVICES,
      "frequency_penalty",
      "logit_bias",
      "parallel_tool_calls",
      "presence_penalty",
    ],
    refuses: ["n"],
  },
});
