import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/** https://docs.api.nvidia.com/nim/reference/llm-apis, or a container of one's own: vLLM behind FastAPI. */
export const nvidiaNim: Provider = openAiLike({
  name: "nvidia_nim",
  base: "https://integrate.api.nvidia.com/v1",
  quirks: { renames: OLDER_LIMIT, drops: [...OPENAI_SERVICES, "user"] },
});
