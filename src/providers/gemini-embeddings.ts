import { batchEmbedContents } from "../dialects/embeddings/google.ts";
import { translatedEmbeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PreparedRequest, UpstreamCall } from "./provider.ts";

export function geminiEmbeddings(
  prepare: (call: UpstreamCall, method: string, body: string) => PreparedRequest,
): Endpoint {
  return translatedEmbeddings(
    ({ model }) => batchEmbedContents(model),
    async (call, body) => prepare(call, "batchEmbedContents", body),
  );
}
