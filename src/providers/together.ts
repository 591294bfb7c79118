import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/** https://docs.together.ai/docs/openai-api-compatibility */
export const together: Provider = openAiLike({
  name: "together_ai",
  base: "https://api.together.xyz/v1",
  quirks: { renames: OLDER_LIMIT, drops: OPENAI_SERVICES },
});
