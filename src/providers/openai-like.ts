import type { Connection, Deployment } from "../core/config/deployment.ts";
import type { DialectName } from "../dialects/dialect.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { trimBase } from "./base-url.ts";
import { removeCacheMarks } from "./cache-marks.ts";
import { adaptChatBody } from "./chat-body.ts";
import { openAiEndpoints } from "./openai-endpoints.ts";
import type { Provider, ResponseKeeper } from "./provider.ts";
import { adaptResponsesBody } from "./responses-body.ts";

/** Someone who speaks OpenAI's grammar at an address of its own. */
export interface ChatVendor {
  /** LiteLLM's word for it. */
  name: string;
  /** Where it is reached unless the operator says otherwise; absent when only the operator can know. */
  base?: string | ((connection: Connection) => string | undefined);
  /** The path every `api_base` ends with. Operators often leave it out, or write another. */
  basePath?: { path: string; insteadOf: readonly string[] };
  /** The vendor's id of a model, where operators may write a shorter one. */
  modelId?(model: string): string;
  answersInOwnWords?: true;
  /** Whether it answers such a caller over Responses; absent where it knows Chat Completions only. */
  speaksResponses?(deployment: Deployment, caller: DialectName): boolean;
  /** Whether this model's `cache_control` would be answered with a 400. */
  refusesCacheMarks?(deployment: Deployment): boolean;
}

export function openAiLike(vendor: ChatVendor): Provider {
  const modelOf = (model: string): string => vendor.modelId?.(model) ?? model;
  return {
    name: vendor.name,
    framing: "sse",
    answersInOwnWords: vendor.answersInOwnWords,
    dialect: (deployment, caller) =>
      vendor.speaksResponses?.(deployment, caller) ? openAiResponses : openAiChat,
    missing({ connection }) {
      // A server of one's own often asks for no key, but it has to be somewhere.
      if (connection.api_base) return [];
      if (vendor.base === undefined) return ["api_base"];
      const place = usualBase(vendor, connection) === undefined ? ["account_id"] : [];
      return [...place, ...(connection.api_key ? [] : ["api_key"])];
    },
    adaptBody(body, call) {
      if (call.dialect === "openai-responses") adaptResponsesBody(body, call);
      else adaptChatBody(body, call);
      if (vendor.refusesCacheMarks?.(call.deployment)) removeCacheMarks(body, call.dropped);
      body.set("model", modelOf(call.deployment.model));
    },
    async prepare({ deployment: { connection }, dialect }, body) {
      const path = dialect === "openai-responses" ? "/responses" : "/chat/completions";
      const url = baseOf(vendor, connection) + path;
      const headers = { "content-type": "application/json", ...credentialOf(connection) };
      return { url, headers, body };
    },
    createDecoder: createSseDecoder,
    ...(vendor.speaksResponses && { responses: keeperOf(vendor) }),
    endpoints: openAiEndpoints(
      ({ connection, model }, path) => ({
        url: baseOf(vendor, connection) + path,
        headers: credentialOf(connection),
        model: modelOf(model),
      }),
      ({ facts }) => facts.vendor.embeddings,
    ),
  };
}

/** Organizations are what OpenAI tells apart; a key stands for the one it belongs to. */
function keeperOf(vendor: ChatVendor): ResponseKeeper {
  return {
    account: ({ connection }) => [
      baseOf(vendor, connection),
      connection.organization ?? connection.api_key ?? "",
    ],
    address: ({ connection }, path) => ({
      url: `${baseOf(vendor, connection)}/responses${path}`,
      headers: credentialOf(connection),
    }),
  };
}

function baseOf(vendor: ChatVendor, connection: Connection): string {
  const { path, insteadOf } = vendor.basePath ?? { path: "", insteadOf: [] };
  if (!connection.api_base) return usualBase(vendor, connection) ?? "";
  return (
    trimBase(connection.api_base, "/chat/completions", "/responses", path, ...insteadOf) + path
  );
}

function usualBase({ base }: ChatVendor, connection: Connection): string | undefined {
  return typeof base === "function" ? base(connection) : base;
}

function credentialOf({ api_key: key, organization }: Connection): Record<string, string> {
  return {
    ...(key ? { authorization: `Bearer ${key}` } : {}),
    ...(organization ? { "openai-organization": organization } : {}),
  };
}
