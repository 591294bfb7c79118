import type { Usage } from "../core/chat.ts";
import type { Units } from "../core/units.ts";
import type { RequestBody } from "../dialects/dialect.ts";
import type { ProviderTools, UpstreamCall } from "./provider.ts";

/** What can be asked of a model that is no conversation. */
export type Operation =
  | "embeddings"
  /** Embeddings by InvokeModel, in the words of the model's own vendor. */
  | "invoked-embeddings"
  | "rerank"
  | "moderations"
  | "images"
  | "transcriptions"
  | "speech";

export type Endpoints = Readonly<Partial<Record<Operation, Endpoint>>>;

/**
 * How a provider serves one operation. The caller always speaks OpenAI's grammar (Cohere's for
 * reranking, Bedrock's for what is invoked); where the vendor speaks it too, bodies are patched and answers forwarded.
 */
export interface Endpoint {
  /** One body for each request the vendor needs; where it takes one text at a time, many. */
  bodies(asked: RequestBody, call: UpstreamCall): (string | FormData)[];
  prepare(
    call: UpstreamCall,
    body: string | FormData,
    tools: ProviderTools,
  ): Promise<EndpointRequest>;
  /** The caller's answer, made of the vendor's, in the order of the bodies. */
  read(answers: readonly EndpointAnswer[], asked: RequestBody, call: UpstreamCall): ReadAnswer;
  /** The answer is sound: it passes as it comes and is never read. */
  binary?: true;
}

export interface EndpointRequest {
  url: string;
  headers: Record<string, string>;
  body: string | FormData;
}

export interface EndpointAnswer {
  headers: Headers;
  text: string;
}

export interface ReadAnswer {
  text: string;
  /** `undefined` when the vendor did not count. */
  usage: Usage | undefined;
  /** Whatever else it counted: seconds, searches. */
  units: Units | undefined;
}
