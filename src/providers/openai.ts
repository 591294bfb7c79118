import type { Deployment } from "../core/config/deployment.ts";
import type { DialectName } from "../dialects/dialect.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";
import { isOwnModel, isResponsesOnly } from "./responses-models.ts";

/** OpenAI, and with an `api_base` anyone who speaks its grammar, key or no key. */
export const openai: Provider = openAiLike({
  name: "openai",
  base: "https://api.openai.com/v1",
  speaksResponses,
  // Other people's models at this grammar may know the marks, Claude behind a gateway above all.
  refusesCacheMarks: ({ baseModel }) => isOwnModel(baseModel),
});

/** Servers of open models share this provider's name, and few of them know Responses. */
function speaksResponses(
  { route, connection, baseModel }: Deployment,
  caller: DialectName,
): boolean {
  if (route === "responses" || isResponsesOnly(baseModel)) return true;
  return caller === "openai-responses" && (!connection.api_base || isOwnModel(baseModel));
}
