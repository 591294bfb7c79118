import type { JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import type { CallerDialect, Envelope, RouteTarget } from "../dialect.ts";
import { forwardedDialect, readForwardedEnvelope } from "../forwarded.ts";
import { bedrockInvoke } from "./index.ts";

/** InvokeModel with a body of Titan's or Cohere's embedding models, which no other vendor reads. */
export const bedrockEmbed: CallerDialect = forwardedDialect(readEnvelope, bedrockInvoke);

/** Conversations have `messages` here, and nothing by these names. */
export function asksForEmbeddings(body: JsonObject): boolean {
  return "inputText" in body || "inputImage" in body || "texts" in body || "images" in body;
}

/** Sold by the piece, of which neither answer tells a number; embeddings are charged by their tokens. */
const PICTURES = ["inputImage", "images", "inputs"];

function readEnvelope(body: JsonObject, target?: RouteTarget): Envelope {
  const picture = PICTURES.find((name) => body[name] !== undefined);
  if (picture !== undefined) throw unsupported(picture, "embeddings are made of text here");
  const required = "texts" in body ? ["texts"] : ["inputText"];
  return readForwardedEnvelope(body, { required, outputTokensMax: 0 }, target);
}
