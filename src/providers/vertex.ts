import type { BodyPatch } from "../core/body-patch.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { readGoogleFailure } from "../dialects/gemini/failure.ts";
import { gemini } from "../dialects/gemini/index.ts";
import { acceptedBetas } from "./beta-flags.ts";
import { adaptClaudeBody } from "./claude-body.ts";
import { adaptGeminiBody } from "./gemini-body.ts";
import type { PreparedRequest, Provider, ProviderTools, UpstreamCall } from "./provider.ts";
import { saysProject } from "./service-account.ts";
import { isClaude, vertexUrl } from "./vertex-address.ts";
import { vertexEmbeddings } from "./vertex-embeddings.ts";

/** Gemini in Google's own grammar, and Claude in Anthropic's, behind the same token. */
export const vertex: Provider = {
  name: "vertex_ai",
  framing: "sse",
  dialect: (deployment) => (isClaude(deployment) ? anthropicMessages : gemini),
  missing,
  adaptBody(body, call) {
    if (isClaude(call.deployment)) adaptForVertex(body, call);
    else adaptGeminiBody(body, call);
    body.delete("model");
  },
  async prepare(call, body, tools) {
    const { model } = call.deployment;
    return prepareVertex(call, vertexUrl(call.deployment, model, methodOf(call)), body, tools);
  },
  forgetCredential({ deployment }, { headers }, { tokens }) {
    tokens.forget(credentialsOf(deployment), (headers.authorization ?? "").slice(BEARER.length));
  },
  createDecoder: createSseDecoder,
  readFailure: readGoogleFailure,
  endpoints: { embeddings: vertexEmbeddings(prepareVertex) },
  countTokens: {
    adaptBody: adaptCountBody,
    async prepare(call, body, tools) {
      const { deployment } = call;
      const url = isClaude(deployment)
        ? vertexUrl(deployment, "count-tokens", "rawPredict")
        : vertexUrl(deployment, deployment.model, "countTokens");
      return prepareVertex(call, url, body, tools);
    },
    read: ({ input_tokens: claude, totalTokens: google }) => {
      const count = claude ?? google;
      return typeof count === "number" ? count : undefined;
    },
  },
};

function missing({ connection }: Deployment): string[] {
  const { vertex_credentials: credentials, vertex_project: project } = connection;
  const hasProject = project || (credentials && saysProject(credentials));
  return [
    ...(credentials ? [] : ["vertex_credentials"]),
    ...(hasProject ? [] : ["vertex_project"]),
  ];
}

const BEARER = "Bearer ";

function credentialsOf({ connection }: Deployment): string {
  return connection.vertex_credentials ?? "";
}

function methodOf({ deployment, stream }: UpstreamCall): string {
  if (isClaude(deployment)) return stream ? "streamRawPredict" : "rawPredict";
  // Without `alt=sse` the stream is one JSON array.
  return stream ? "streamGenerateContent?alt=sse" : "generateContent";
}

/** Here flags are a header, also those that only the body tells of. */
function adaptForVertex(body: BodyPatch, call: UpstreamCall): void {
  const flags = adaptClaudeBody(body, call);
  call.addedBetas?.push(...flags);
}

function adaptCountBody(body: BodyPatch, call: UpstreamCall): void {
  if (isClaude(call.deployment)) {
    adaptForVertex(body, call);
    // The path names the counter, so here alone the body names the model.
    body.set("model", call.deployment.model);
    return;
  }
  // CountTokens knows what the model reads and nothing of how it answers.
  const read = new Set(["contents", "systemInstruction", "system_instruction", "tools"]);
  for (const name of body.names()) if (!read.has(name)) body.delete(name);
}

async function prepareVertex(
  { deployment, betas, addedBetas = [] }: UpstreamCall,
  url: string,
  body: string,
  { nowMs, tokens }: ProviderTools,
): Promise<PreparedRequest> {
  const flags = isClaude(deployment)
    ? [...new Set([...acceptedBetas(betas, deployment.facts.claude), ...addedBetas])].join(",")
    : "";
  return {
    url,
    headers: {
      "content-type": "application/json",
      authorization: BEARER + (await tokens.accessToken(credentialsOf(deployment), nowMs)),
      ...(flags === "" ? {} : { "anthropic-beta": flags }),
    },
    body,
  };
}
