import { createBodyPatch, type BodyPatch } from "../core/body-patch.ts";
import { NO_USAGE, tokenCount, type Usage } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import type { Units } from "../core/units.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import { withBase64 } from "../dialects/embeddings/answer.ts";
import { isGoogleTask } from "../dialects/embeddings/tasks.ts";
import { objectIn } from "../dialects/lenient.ts";
import type { Endpoint, Endpoints, ReadAnswer } from "./endpoint.ts";
import { removeGatewayFields } from "./gateway-fields.ts";

/** Where a deployment serves a path of OpenAI's, with which credential and under which name. */
export type EndpointAddress = (
  deployment: Deployment,
  path: string,
) => { url: string; headers: Record<string, string>; model: string };

/** How a vendor's embeddings differ from OpenAI's. */
export interface EmbeddingQuirks {
  /** OpenAI's name for a member → the vendor's. */
  renames?: Readonly<Record<string, string>>;
  drops?: readonly string[];
}

/**
 * OpenAI's endpoints beside the conversation, and the one for reranking that compatible servers took
 * over from Cohere. A vendor that lacks one says so with its 404.
 */
export function openAiEndpoints(
  address: EndpointAddress,
  quirksOf: (deployment: Deployment) => EmbeddingQuirks = () => ({}),
): Endpoints {
  const json = (path: string): Endpoint => jsonEndpoint(address, path);
  const embeddings = json("/embeddings");
  return {
    embeddings: {
      ...embeddings,
      bodies: (asked, call) =>
        embeddings
          .bodies(asked, call)
          .map((body) => adaptEmbedding(body, quirksOf(call.deployment), call.dropped)),
      read(answers, asked, call) {
        const answer = embeddings.read(answers, asked, call);
        const isPacked = asked.value.encoding_format === "base64";
        return isPacked ? { ...answer, text: withBase64(answer.text) } : answer;
      },
    },
    rerank: json("/rerank"),
    moderations: json("/moderations"),
    images: json("/images/generations"),
    speech: { ...json("/audio/speech"), binary: true },
    transcriptions: formEndpoint(address, "/audio/transcriptions"),
  };
}

/** JSON in and out, as the caller has it, but for the name of the model. */
export function jsonEndpoint(address: EndpointAddress, path: string): Endpoint {
  return {
    bodies({ text, value }, { deployment }) {
      const body = createBodyPatch(text, value);
      removeGatewayFields(body);
      body.delete("metadata");
      body.set("model", address(deployment, path).model);
      return [body.text()];
    },
    async prepare({ deployment }, body) {
      const { url, headers } = address(deployment, path);
      return { url, headers: { "content-type": "application/json", ...headers }, body };
    },
    read: readFirst,
  };
}

/** The boundary between the parts is chosen when the form is sent, so no content type is set here. */
function formEndpoint(address: EndpointAddress, path: string): Endpoint {
  return {
    bodies: ({ form }: RequestBody, { deployment }) => {
      const copy = new FormData();
      for (const [name, value] of form ?? []) if (name !== "model") copy.append(name, value);
      copy.set("model", address(deployment, path).model);
      return [copy];
    },
    async prepare({ deployment }, body) {
      const { url, headers } = address(deployment, path);
      return { url, headers, body };
    },
    read: readFirst,
  };
}

function adaptEmbedding(
  text: string | FormData,
  { renames = {}, drops = [] }: EmbeddingQuirks,
  dropped: string[] = [],
) {
  if (typeof text !== "string") return text;
  const body = createBodyPatch(text);
  removeGooglesExtras(body, dropped);
  for (const name of drops) body.delete(name);
  for (const [name, theirs] of Object.entries(renames)) {
    const value = body.get(name);
    body.delete(name);
    if (value !== undefined) body.set(theirs, value);
  }
  return body.text();
}

/** Several of these vendors have an `input_type` of their own, and none has Google's words for it. */
function removeGooglesExtras(body: BodyPatch, dropped: string[]): void {
  dropped.push(...Object.keys(objectIn(body.get("google"))));
  body.delete("google");
  const task = body.get("input_type");
  if (typeof task !== "string" || !isGoogleTask(task)) return;
  dropped.push("taskType");
  body.delete("input_type");
}

function readFirst([answer]: readonly { text: string }[]): ReadAnswer {
  const text = answer?.text ?? "";
  const body = objectIn(parseJson(text));
  return { text, usage: usageIn(body), units: unitsIn(body) };
}

/** Embeddings count a prompt, pictures and transcripts have OpenAI's newer names. */
function usageIn({ usage, meta }: JsonObject): Usage | undefined {
  const counted = isJsonObject(usage) ? usage : objectIn(objectIn(meta).tokens);
  const input = counted.prompt_tokens ?? counted.input_tokens ?? counted.total_tokens;
  if (typeof input !== "number") return undefined;
  const output = counted.completion_tokens ?? counted.output_tokens;
  return { ...NO_USAGE, inputTokens: tokenCount(input), outputTokens: tokenCount(output) };
}

/** Whisper tells its seconds, Cohere its searches. */
function unitsIn({ usage, duration, meta }: JsonObject): Units | undefined {
  const seconds = numberIn(objectIn(usage).seconds) ?? numberIn(duration);
  if (seconds !== undefined) return { unit: "second", count: seconds };
  const searches = numberIn(objectIn(objectIn(meta).billed_units).search_units);
  return searches === undefined ? undefined : { unit: "query", count: searches };
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
