import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility */
export const cloudflare: Provider = openAiLike({
  name: "cloudflare",
  base: ({ account_id: account }) =>
    account && `https://api.cloudflare.com/client/v4/accounts/${account}/ai/v1`,
  // LiteLLM's own address ends like Cloudflare's older surface.
  basePath: { path: "/ai/v1", insteadOf: ["/ai/run"] },
});
