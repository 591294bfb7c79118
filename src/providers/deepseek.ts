import type { JsonObject } from "../core/json.ts";
import { wantsThoughtsBack } from "../dialects/openai-chat/render-messages.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/** https://api-docs.deepseek.com/api/create-chat-completion */
export const deepseek: Provider = openAiLike({
  name: "deepseek",
  base: "https://api.deepseek.com",
  quirks: {
    renames: OLDER_LIMIT,
    drops: [...OPENAI_SERVICES, "logit_bias", "parallel_tool_calls", "seed", "user"],
    refuses: ["n"],
    adaptMessage: withThoughts,
  },
});

/** V4 answers 400 when an earlier turn lacks its thoughts ("" if there were none), R1 when it has them. */
function withThoughts(message: JsonObject, model: string): JsonObject {
  if (message.role !== "assistant") return message;
  const { reasoning_content: thoughts, ...said } = message;
  if (!wantsThoughtsBack(model)) return thoughts === undefined ? message : said;
  return typeof thoughts === "string" ? message : { ...message, reasoning_content: "" };
}
