import type { BodyPatch } from "../core/body-patch.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { trimBase } from "./base-url.ts";
import { acceptedBetas } from "./beta-flags.ts";
import { removeForeignCitations } from "./claude-citations.ts";
import { removeGatewayFields } from "./gateway-fields.ts";
import type { PreparedRequest, Provider, UpstreamCall } from "./provider.ts";
import { applyVendorRules } from "./quirks.ts";

/** Anthropic's own API. Flags and version are the caller's; the body is too, but for the model. */
export const anthropic: Provider = {
  name: "anthropic",
  framing: "sse",
  dialect: () => anthropicMessages,
  missing: ({ connection }) => (connection.api_key ? [] : ["api_key"]),
  adaptBody,
  prepare: (call, body) => prepare(call, "/v1/messages", body),
  createDecoder: createSseDecoder,
  countTokens: {
    adaptBody,
    prepare: (call, body) => prepare(call, "/v1/messages/count_tokens", body),
    read: ({ input_tokens: count }) => (typeof count === "number" ? count : undefined),
  },
};

function adaptBody(body: BodyPatch, call: UpstreamCall): void {
  removeGatewayFields(body);
  removeForeignCitations(body);
  applyVendorRules(body, call);
  body.set("model", call.deployment.model);
}

/** The last version under which sampling may be asked for, so the one for callers who named none. */
const VERSION = "2023-06-01";

async function prepare(
  { deployment, betas, anthropicVersion }: UpstreamCall,
  path: string,
  body: string,
): Promise<PreparedRequest> {
  const { api_base: apiBase, api_key: key = "" } = deployment.connection;
  const flags = acceptedBetas(betas, deployment.facts.claude).join(",");
  return {
    url: `${trimBase(apiBase || "https://api.anthropic.com", "/v1/messages", "/v1")}${path}`,
    headers: {
      "content-type": "application/json",
      "x-api-key": key,
      "anthropic-version": anthropicVersion ?? VERSION,
      ...(flags === "" ? {} : { "anthropic-beta": flags }),
    },
    body,
  };
}
