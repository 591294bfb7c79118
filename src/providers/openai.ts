import type { Deployment } from "../core/config/deployment.ts";
import type { DialectName } from "../dialects/dialect.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** OpenAI, and with an `api_base` anyone who speaks its grammar, key or no key. */
export const openai: Provider = openAiLike({
  name: "openai",
  base: "https://api.openai.com/v1",
  speaksResponses,
});

/** OpenAI's own models, also fine-tuned ones. Its open ones are served by others. */
const OPENAI_MODEL = /^(ft:)?(gpt-(?!oss)|o\d|chatgpt-|codex-)/;

/** Servers of open models share this provider's name, and few of them know Responses. */
function speaksResponses(
  { route, connection, baseModel }: Deployment,
  caller: DialectName,
): boolean {
  if (route === "responses") return true;
  if (caller !== "openai-responses") return false;
  return !connection.api_base || OPENAI_MODEL.test(baseModel.replace(/^openai\//, ""));
}
