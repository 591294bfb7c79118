import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";

/** Texts to be turned into vectors, in no vendor's words. */
export interface EmbeddingRequest {
  texts: string[];
  dimensions: number | undefined;
  /** What the vectors are for, in Cohere's words; OpenAI has none. */
  inputType: string | undefined;
  /** OpenAI's SDKs ask for base64 and unpack it themselves. */
  base64: boolean;
}

const FIELDS = z.object({
  input: z.union([z.string(), z.array(z.string())], {
    error:
      "the vendor of this model reads text only: a string, or a list of strings. Token numbers belong to OpenAI's models",
  }),
  dimensions: z.number().int().positive().nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  input_type: z.string().nullish(),
});

/** Reads the whole body, for a vendor with another grammar. */
export function parseEmbeddingRequest(body: JsonObject): EmbeddingRequest {
  const fields = checked(FIELDS, body, "");
  const texts = typeof fields.input === "string" ? [fields.input] : fields.input;
  if (texts.length > TEXTS_MAX) {
    throw unsupported("input", `send at most ${TEXTS_MAX} texts at once for this model`);
  }
  return {
    texts,
    dimensions: fields.dimensions ?? undefined,
    inputType: fields.input_type ?? undefined,
    base64: fields.encoding_format === "base64",
  };
}

/** Some vendors take one text a request, and a Worker may make no more than 1,000 for a call. */
const TEXTS_MAX = 512;
