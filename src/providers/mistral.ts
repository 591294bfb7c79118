import { alphanumericToolId } from "../dialects/tool-id.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { OLDER_LIMIT, OPENAI_SERVICES } from "./quirks.ts";

/** Only results may say whose they are by name. */
const MEMBERS = {
  system: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls", "prefix"],
  tool: ["role", "content", "tool_call_id", "name"],
};

const TOOL_ID_CHARACTERS = 9;

/**
 * https://docs.mistral.ai/api/#tag/chat: answers 422 ("extra_forbidden") to any member it does not
 * know, and to tool ids that are not nine letters and digits. It counts tokens in a stream unasked, in
 * its last chunk.
 */
export const mistral: Provider = openAiLike({
  name: "mistral",
  base: "https://api.mistral.ai/v1",
  basePath: { path: "/v1", insteadOf: [] },
  // Thoughts stand among the content, and a full context is called "model_length".
  answersInOwnWords: true,
  quirks: {
    renames: { ...OLDER_LIMIT, seed: "random_seed" },
    // Few of its models take an effort, and those take other words.
    drops: [...OPENAI_SERVICES, "stream_options", "user", "logit_bias", "reasoning_effort"],
    refuses: ["logprobs", "top_logprobs", "audio", "web_search_options"],
    messageMembers: MEMBERS,
    toolId: (id) => alphanumericToolId(id, TOOL_ID_CHARACTERS),
  },
  embeddings: { renames: { dimensions: "output_dimension" }, drops: ["encoding_format", "user"] },
});
