import type { Deployment } from "../core/config/deployment.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { trimBase } from "./base-url.ts";
import { removeCacheMarks } from "./cache-marks.ts";
import { adaptChatBody } from "./chat-body.ts";
import { openAiEndpoints } from "./openai-endpoints.ts";
import type { Provider } from "./provider.ts";
import { adaptResponsesBody } from "./responses-body.ts";

/** OpenAI's models on Azure: the same grammar, reached by the name of a deployment. */
export const azure: Provider = {
  name: "azure",
  framing: "sse",
  dialect({ route, facts }, caller) {
    const isAsked = route === "responses" || caller === "openai-responses";
    return isAsked || facts.capabilities.responsesOnly ? openAiResponses : openAiChat;
  },
  missing({ connection }) {
    const hasKey = connection.api_key || connection.azure_ad_token;
    return [...(connection.api_base ? [] : ["api_base"]), ...(hasKey ? [] : ["api_key"])];
  },
  adaptBody(body, call) {
    if (call.dialect === "openai-responses") {
      adaptResponsesBody(body, call);
      // What Codex tells OpenAI about itself.
      body.delete("client_metadata");
      body.set("model", responsesAddress(call.deployment).name);
      return;
    }
    adaptChatBody(body, call);
    removeCacheMarks(body, call.dropped);
    // Only the v1 surface reads it; elsewhere the deployment is in the path.
    if (azureAddress(call.deployment).isV1) body.set("model", deploymentName(call.deployment));
    else body.delete("model");
  },
  async prepare({ deployment, dialect }, body) {
    const { url } =
      dialect === "openai-responses" ? responsesAddress(deployment) : azureAddress(deployment);
    return {
      url,
      headers: { "content-type": "application/json", ...credentialOf(deployment) },
      body,
    };
  },
  createDecoder: createSseDecoder,
  responses: {
    account: (deployment) => [responsesAddress(deployment).resource],
    address: (deployment, path) => ({
      url: responsesAddress(deployment, path).url,
      headers: credentialOf(deployment),
    }),
  },
  endpoints: openAiEndpoints((deployment, path) => ({
    url: azureAddress(deployment, path).url,
    headers: credentialOf(deployment),
    model: deploymentName(deployment),
  })),
};

function credentialOf({ connection }: Deployment): Record<string, string> {
  const { api_key: key, azure_ad_token: token } = connection;
  return key ? { "api-key": key } : { authorization: `Bearer ${token ?? ""}` };
}

/** What LiteLLM asks for when nobody names a version. */
const API_VERSION = "2025-02-01-preview";

/**
 * `api_base` may be the resource (`https://r.openai.azure.com`), one deployment's address as Azure's
 * portal shows it, or the v1 surface, which has undated versions only.
 */
function azureAddress(
  deployment: Deployment,
  path = "/chat/completions",
): { url: string; isV1: boolean } {
  const { api_base: apiBase = "", api_version: configured } = deployment.connection;
  const version = /[?&]api-version=([^&#]+)/.exec(apiBase)?.[1] ?? configured;
  const base = trimBase(apiBase, "/chat/completions", path);
  const isUndated = version === "v1" || version === "preview" || version === "latest";
  if (base.endsWith("/openai/v1") || (isUndated && !base.includes("/openai/"))) {
    const root = base.endsWith("/openai/v1") ? base : `${trimBase(base, "/openai")}/openai/v1`;
    const query = isUndated ? `?api-version=${version}` : "";
    return { url: `${root}${path}${query}`, isV1: true };
  }
  const root = base.includes("/openai/deployments/")
    ? base
    : `${trimBase(base, "/openai")}/openai/deployments/${encodeURIComponent(deploymentName(deployment))}`;
  return { url: `${root}${path}?api-version=${version ?? API_VERSION}`, isV1: false };
}

/**
 * Responses are asked of the v1 surface whatever `api_base` shows: every resource has it, and the
 * dated ones know Responses only in versions newer than most configurations name.
 */
function responsesAddress(
  deployment: Deployment,
  path = "",
): { url: string; name: string; resource: string } {
  const { api_base: apiBase = "", api_version: configured } = deployment.connection;
  const version = /[?&]api-version=([^&#]+)/.exec(apiBase)?.[1] ?? configured;
  const base = trimBase(apiBase, "/chat/completions", "/responses");
  const [, named] = /\/openai\/deployments\/([^/]+)/.exec(base) ?? [];
  const resource = base.replace(/\/openai(\/.*)?$/, "");
  const query = version === "preview" || version === "latest" ? `?api-version=${version}` : "";
  return {
    resource,
    url: `${resource}/openai/v1/responses${path}${query}`,
    name: named === undefined ? deploymentName(deployment) : decodeURIComponent(named),
  };
}

/** LiteLLM's `azure/o_series/my-o3` says how to treat the deployment; its name is the rest. */
function deploymentName({ model }: Deployment): string {
  return model.replace(/^(o_series|gpt5_series)\//, "");
}
