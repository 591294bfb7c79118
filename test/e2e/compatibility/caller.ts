import { asArray, asObject, type JsonObject } from "../../upstream/json.ts";

/** A question, in words that belong to no grammar. */
export interface Ask {
  text: string;
  /** In front of the question, to be kept by the vendor where the grammar can say so. */
  preface?: string;
  picture?: true;
  tool?: true;
  schema?: true;
  /** A document: a file, or words that the answer shall cite. */
  document?: "file" | "cited";
}

/** What a grammar may have no word for. */
export type Word = "tools" | "images" | "documents" | "citations" | "thinking" | "schema" | "count";

/** How one grammar is written and read, as its own documentation says: by hand, and by none of our code. */
export interface Caller {
  title: string;
  lacks: readonly Word[];
  path(model: string, stream: boolean): string;
  body(ask: Ask, model: string): JsonObject;
  /** Chat and the like say in the body that they want a stream; others in the path. */
  streams: JsonObject;
  framing: "sse" | "event-stream";
  /** Members that ask for thoughts, one after another: models that think differently are asked differently. */
  thinking: JsonObject[];
  /** Paths in an answer, whole or streamed; `*` is every element of a list. */
  text: string[];
  /** The only type of event with text in it, where others have members of the same name. */
  textType?: string;
  toolName: string[];
  /** Pieces of a streamed call's input. */
  toolInput: string[];
  thought: string[];
  cachedTokens: string[];
  citations: string[];
  /** What a stream's last word looks like, and its error. */
  final: RegExp;
  error: RegExp;
  count?: {
    path(model: string): string;
    body(ask: Ask, model: string): JsonObject;
    tokens: string;
  };
}

/** Everything a path leads to: `choices.*.delta.content`. */
export function at(value: unknown, path: string): unknown[] {
  const found = path.split(".").reduce(
    (values, step) =>
      values.flatMap((one) => {
        const next = step === "*" ? asArray(one) : [asObject(one)[step]];
        return next.filter((each) => each !== undefined && each !== null);
      }),
    [value],
  );
  return found;
}

export const MAX_TOKENS = 4_000;

export const CITY = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

/** The shortest file that begins and ends like one. */
export const PDF = Buffer.from("%PDF-1.4\n%%EOF\n").toString("base64");

export const CITED_WORDS = "Nara has deer. They bow.";

export const TOOL_NAME = "get_weather";
export const TOOL_USE = "The weather of a city";
