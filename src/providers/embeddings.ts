import { NO_USAGE, tokenCount } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { isJsonObject, parseJson, type JsonObject } from "../core/json.ts";
import { renderEmbeddings } from "../dialects/embeddings/answer.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import type { Embedded, EmbeddingGrammar } from "../dialects/embeddings/grammar.ts";
import { droppedExtras, parseEmbeddingRequest } from "../dialects/embeddings/request.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PreparedRequest, ProviderTools, UpstreamCall } from "./provider.ts";

/** Embeddings at a vendor with a grammar of its own, in as many requests as it needs. */
export function translatedEmbeddings(
  grammarOf: (deployment: Deployment) => EmbeddingGrammar,
  prepare: (call: UpstreamCall, body: string, tools: ProviderTools) => Promise<PreparedRequest>,
  members: (deployment: Deployment) => JsonObject = () => ({}),
): Endpoint {
  return {
    bodies(asked, { deployment, dropped }) {
      const grammar = grammarOf(deployment);
      const request = parseEmbeddingRequest(asked.value);
      dropped?.push(...droppedExtras(request, grammar.knows));
      return batches(request.texts, grammar.textsMax).map((texts) =>
        JSON.stringify({ ...members(deployment), ...grammar.renderRequest(texts, request) }),
      );
    },
    prepare: (call, body, tools) => prepare(call, typeof body === "string" ? body : "", tools),
    read(answers, asked, { deployment }) {
      const { base64, texts } = parseEmbeddingRequest(asked.value);
      const grammar = grammarOf(deployment);
      const all = combine(
        answers.map(({ text, headers }) => grammar.readAnswer(objectOf(text), headers)),
      );
      if (all.vectors.length !== texts.length)
        throw new FramingError("there are not as many vectors as texts");
      const answer = renderEmbeddings(all, modelOf(asked, deployment), base64);
      const { inputTokens } = all;
      const usage =
        inputTokens === undefined
          ? undefined
          : { ...NO_USAGE, inputTokens: tokenCount(inputTokens) };
      return { text: JSON.stringify(answer), usage, units: undefined };
    },
  };
}

/** The name the caller used; where the URL said it, the body may not. */
function modelOf({ value }: RequestBody, { group }: Deployment): string {
  return typeof value.model === "string" ? value.model : group;
}

function batches<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function objectOf(text: string): JsonObject {
  const body = parseJson(text);
  if (!isJsonObject(body)) throw new FramingError("the answer is not a JSON object");
  return body;
}

/** Counted only if every part of it was. */
function combine(parts: readonly Embedded[]): Embedded {
  const counts = parts.flatMap(({ inputTokens }) =>
    inputTokens === undefined ? [] : [inputTokens],
  );
  const isCounted = counts.length === parts.length;
  return {
    vectors: parts.flatMap(({ vectors }) => vectors),
    inputTokens: isCounted ? counts.reduce((total, count) => total + count, 0) : undefined,
  };
}
