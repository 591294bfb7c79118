import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://docs.api.nvidia.com/nim/reference/llm-apis, or a container of one's own. */
export const nvidiaNim: Provider = openAiLike({
  name: "nvidia_nim",
  base: "https://integrate.api.nvidia.com/v1",
});
