import type { BodyPatch } from "../core/body-patch.ts";
import type { JsonObject } from "../core/json.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { readGoogleFailure } from "../dialects/gemini/failure.ts";
import { gemini as geminiDialect } from "../dialects/gemini/index.ts";
import { trimBase } from "./base-url.ts";
import { adaptGeminiBody } from "./gemini-body.ts";
import { geminiEmbeddings } from "./gemini-embeddings.ts";
import type { PreparedRequest, Provider, UpstreamCall } from "./provider.ts";

/** Google AI Studio: Gemini for whoever has a key, without a project. */
export const gemini: Provider = {
  name: "gemini",
  framing: "sse",
  dialect: () => geminiDialect,
  missing: ({ connection }) => (connection.api_key ? [] : ["api_key"]),
  adaptBody(body, call) {
    adaptGeminiBody(body, call);
    // Vertex AI bills by them; here they are refused.
    body.delete("labels");
  },
  // Without `alt=sse` the stream is one JSON array.
  prepare: async (call, body) =>
    prepare(call, call.stream ? "streamGenerateContent?alt=sse" : "generateContent", body),
  createDecoder: createSseDecoder,
  readFailure: readGoogleFailure,
  endpoints: { embeddings: geminiEmbeddings(prepare) },
  countTokens: {
    adaptBody: adaptCountBody,
    prepare: async (call, body) => prepare(call, "countTokens", body),
    read: ({ totalTokens }) => (typeof totalTokens === "number" ? totalTokens : undefined),
  },
};

/** What a model reads. The counter takes contents alone, or the whole request as one member. */
const READ = ["contents", "systemInstruction", "system_instruction", "tools"];

function adaptCountBody(body: BodyPatch, { deployment }: UpstreamCall): void {
  const request: JsonObject = { model: `models/${deployment.model}` };
  for (const name of READ) if (body.has(name)) request[name] = body.get(name);
  for (const name of body.names()) body.delete(name);
  body.set("generateContentRequest", request);
}

function prepare({ deployment }: UpstreamCall, method: string, body: string): PreparedRequest {
  const { api_base: apiBase, api_key: key = "" } = deployment.connection;
  const base = trimBase(apiBase || "https://generativelanguage.googleapis.com", "/models");
  // LiteLLM's users name the version; others leave out what is the same for every model.
  const versioned = /\/v1(alpha|beta)?$/.test(base) ? base : `${base}/v1beta`;
  return {
    url: `${versioned}/models/${encodeURIComponent(deployment.model)}:${method}`,
    headers: { "content-type": "application/json", "x-goog-api-key": key },
    body,
  };
}
