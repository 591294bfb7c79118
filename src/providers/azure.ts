import type { Deployment } from "../core/config/deployment.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { trimBase } from "./base-url.ts";
import { adaptChatBody } from "./chat-body.ts";
import type { Provider } from "./provider.ts";

/** OpenAI's models on Azure: the same grammar, reached by the name of a deployment. */
export const azure: Provider = {
  name: "azure",
  framing: "sse",
  dialect: () => openAiChat,
  missing({ connection }) {
    const hasKey = connection.api_key || connection.azure_ad_token;
    return [...(connection.api_base ? [] : ["api_base"]), ...(hasKey ? [] : ["api_key"])];
  },
  adaptBody(body, call) {
    adaptChatBody(body, call);
    // Only the v1 surface reads it; elsewhere the deployment is in the path.
    if (azureAddress(call.deployment).isV1) body.set("model", deploymentName(call.deployment));
    else body.delete("model");
  },
  async prepare({ deployment }, body) {
    const { api_key: key, azure_ad_token: token } = deployment.connection;
    const credential: Record<string, string> = key
      ? { "api-key": key }
      : { authorization: `Bearer ${token ?? ""}` };
    return {
      url: azureAddress(deployment).url,
      headers: { "content-type": "application/json", ...credential },
      body,
    };
  },
  createDecoder: createSseDecoder,
};

/** What LiteLLM asks for when nobody names a version. */
const API_VERSION = "2025-02-01-preview";

/**
 * `api_base` may be the resource (`https://r.openai.azure.com`), one deployment's address as Azure's
 * portal shows it, or the v1 surface, which has undated versions only.
 */
function azureAddress(deployment: Deployment): { url: string; isV1: boolean } {
  const { api_base: apiBase = "", api_version: configured } = deployment.connection;
  const version = /[?&]api-version=([^&#]+)/.exec(apiBase)?.[1] ?? configured;
  const base = trimBase(apiBase, "/chat/completions");
  const isUndated = version === "v1" || version === "preview" || version === "latest";
  if (base.endsWith("/openai/v1") || (isUndated && !base.includes("/openai/"))) {
    const root = base.endsWith("/openai/v1") ? base : `${trimBase(base, "/openai")}/openai/v1`;
    const query = isUndated ? `?api-version=${version}` : "";
    return { url: `${root}/chat/completions${query}`, isV1: true };
  }
  const root = base.includes("/openai/deployments/")
    ? base
    : `${trimBase(base, "/openai")}/openai/deployments/${encodeURIComponent(deploymentName(deployment))}`;
  return { url: `${root}/chat/completions?api-version=${version ?? API_VERSION}`, isV1: false };
}

/** LiteLLM's `azure/o_series/my-o3` says how to treat the deployment; its name is the rest. */
function deploymentName({ model }: Deployment): string {
  return model.replace(/^(o_series|gpt5_series)\//, "");
}
