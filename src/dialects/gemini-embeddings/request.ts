import * as z from "zod";
import { isJsonObject, parseJson, type JsonObject } from "../../core/json.ts";
import { checked, unsupported } from "../checked.ts";
import type { RequestBody } from "../dialect.ts";
import { camelFields } from "../gemini/spelling.ts";

/** A text, and how Google's callers want its vector. */
interface Wished {
  text: string;
  wishes: Wishes;
}

/** `null` is what SDKs write for what nobody wished. */
const wish = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined);

const WISHES = z.object({
  taskType: wish(z.string()),
  title: wish(z.string()),
  outputDimensionality: wish(z.number().int().positive()),
  autoTruncate: wish(z.boolean()),
});
type Wishes = z.infer<typeof WISHES>;

const OBJECT = z.custom<JsonObject>(isJsonObject, "expected an object");
const OBJECTS = z.array(OBJECT).min(1, "must not be empty");

/** `embedContent`: one content, AI Studio's wishes beside it or Vertex AI's in a member of their own. */
export function readContent({ value }: RequestBody): RequestBody {
  return asEmbeddings([contentRequest(camelFields(value), "")]);
}

/** `batchEmbedContents`: several of the same. */
export function readContents({ value }: RequestBody): RequestBody {
  const { requests } = checked(z.object({ requests: OBJECTS }), camelFields(value), "");
  return asEmbeddings(
    requests.map((request, index) => contentRequest(request, `requests.${index}.`)),
  );
}

/** Vertex AI's `predict`: texts as instances, wishes half with them and half in the parameters. */
export function readInstances({ value }: RequestBody): RequestBody {
  const { instances, parameters } = checked(PREDICT, camelFields(value), "");
  // Names inside `parameters` are anybody's elsewhere; here they are Google's.
  const common = camelFields(parameters ?? {});
  return asEmbeddings(
    instances.map((instance, index) => {
      const path = `instances.${index}`;
      const { content: text } = checked(z.object({ content: z.string() }), instance, path);
      return { text, wishes: checked(WISHES, { ...common, ...instance }, path) };
    }),
  );
}

const PREDICT = z.object({ instances: OBJECTS, parameters: OBJECT.nullish() });

function contentRequest(request: JsonObject, path: string): Wished {
  const { content, embedContentConfig: config } = checked(CONTENT, request, path.slice(0, -1));
  const wishes = checked(WISHES, { ...request, ...config }, path.slice(0, -1));
  const text = content.parts.map((part, at) => textOf(part, `${path}content.parts.${at}`));
  return { text: text.join("\n"), wishes };
}

const CONTENT = z.object({
  content: z.object({ parts: OBJECTS }),
  embedContentConfig: OBJECT.nullish(),
});

function textOf(part: JsonObject, path: string): string {
  if (typeof part.text === "string") return part.text;
  throw unsupported(path, "embeddings are made of text here; send parts with a text");
}

/** The body as it would have come to `/v1/embeddings`, by which every vendor's embeddings are asked. */
function asEmbeddings(all: Wished[]): RequestBody {
  const { taskType, title, outputDimensionality, autoTruncate } = commonWishes(all);
  const isSaid = taskType !== undefined && taskType !== "TASK_TYPE_UNSPECIFIED";
  const hasExtras = title !== undefined || autoTruncate !== undefined;
  const text = JSON.stringify({
    input: all.map(({ text }) => text),
    dimensions: outputDimensionality,
    input_type: isSaid ? taskType : undefined,
    google: hasExtras ? { title, autoTruncate } : undefined,
  });
  const value = parseJson(text);
  return { text, value: isJsonObject(value) ? value : {} };
}

const NAMES = ["taskType", "title", "outputDimensionality", "autoTruncate"] as const;

/** Other vendors are told once for all texts, so what differs from text to text cannot be told. */
function commonWishes(all: Wished[]): Partial<Wishes> {
  const [first, ...others] = all.map(({ wishes }) => wishes);
  const odd = NAMES.find((name) => others.some((wishes) => wishes[name] !== first?.[name]));
  if (odd === undefined) return first ?? {};
  throw unsupported(odd, "must be the same for all texts of a request; send the others apart");
}
