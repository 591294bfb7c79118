import type { Deployment } from "../core/config/deployment.ts";
import type { DialectName } from "../dialects/dialect.ts";
import { openAiLike } from "./openai-like.ts";
import type { Provider } from "./provider.ts";

/** OpenAI, and with an `api_base` anyone who speaks its grammar, key or no key. */
export const openai: Provider = openAiLike({
  name: "openai",
  base: "https://api.openai.com/v1",
  speaksResponses,
  // Other people's models at this grammar may know the marks, Claude behind a gateway above all.
  refusesCacheMarks: isOwnModel,
});

/** Servers of open models share this provider's name, and few of them know Responses. */
function speaksResponses(deployment: Deployment, caller: DialectName): boolean {
  const { route, connection, facts } = deployment;
  if (route === "responses" || facts.capabilities.responsesOnly) return true;
  return caller === "openai-responses" && (!connection.api_base || isOwnModel(deployment));
}

/** Whether OpenAI itself makes this model, and so answers it over Responses. */
function isOwnModel({ facts }: Deployment): boolean {
  return facts.capabilities.maker === "openai";
}
