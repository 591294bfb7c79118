import { openAiLike, type ChatVendor } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/**
 * https://docs.ollama.com/api/openai-compatibility, at an address only its operator knows. The
 * length of the context (`num_ctx`) is the server's own setting there.
 */
const VENDOR: Omit<ChatVendor, "name"> = {
  basePath: { path: "/v1", insteadOf: ["/api/generate", "/api/chat", "/api"] },
};

/** LiteLLM's two words for two native endpoints of one server. */
export const ollama: Provider[] = [
  openAiLike({ name: "ollama", ...VENDOR }),
  openAiLike({ name: "ollama_chat", ...VENDOR }),
];
