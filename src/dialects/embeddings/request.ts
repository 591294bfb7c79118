import * as z from "zod";
import type { JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import { isGoogleTask } from "./tasks.ts";

/** Texts to be turned into vectors, in no vendor's words. */
export interface EmbeddingRequest {
  texts: string[];
  dimensions: number | undefined;
  /** What the vectors are for, in Cohere's words or in Google's; OpenAI has none. */
  inputType: string | undefined;
  /** Google's alone: what the texts are headed, and whether a text that is too long may be cut. */
  title: string | undefined;
  autoTruncate: boolean | undefined;
  /** OpenAI's SDKs ask for base64 and unpack it themselves. */
  base64: boolean;
}

/** What can be said beside texts and size, and not to every vendor. */
export type EmbeddingExtra = "inputType" | "title" | "autoTruncate";

const FIELDS = z.object({
  input: z.union([z.string(), z.array(z.string())], {
    error:
      "the vendor of this model reads text only: a string, or a list of strings. Token numbers belong to OpenAI's models",
  }),
  dimensions: z.number().int().positive().nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  input_type: z.string().nullish(),
  google: z
    .object({ title: z.string().optional(), autoTruncate: z.boolean().optional() })
    .nullish(),
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
    title: fields.google?.title,
    autoTruncate: fields.google?.autoTruncate,
    base64: fields.encoding_format === "base64",
  };
}

/** Some vendors take one text a request, and a Worker may make no more than 1,000 for a call. */
const TEXTS_MAX = 512;

/**
 * What is left out for a vendor that knows no more than these, under the names callers have for it.
 * The vectors come all the same, for no use in particular.
 */
export function droppedExtras(
  asked: Pick<EmbeddingRequest, EmbeddingExtra>,
  known: readonly EmbeddingExtra[],
): string[] {
  const { inputType, title, autoTruncate } = asked;
  const taskName = inputType !== undefined && isGoogleTask(inputType) ? "taskType" : "input_type";
  const said: [EmbeddingExtra, string, unknown][] = [
    ["inputType", taskName, inputType],
    ["title", "title", title],
    ["autoTruncate", "autoTruncate", autoTruncate],
  ];
  return said.flatMap(([extra, name, value]) =>
    value === undefined || known.includes(extra) ? [] : [name],
  );
}
