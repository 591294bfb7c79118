import * as z from "zod";
import type { MediaPart, TextPart } from "../../core/chat.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { FORMATS } from "./formats.ts";
import type { MediaFormats } from "./formats.ts";

const SOURCE = z.object({
  bytes: z.string().optional(),
  text: z.string().optional(),
  content: z.array(z.object({ text: z.string() })).optional(),
  s3Location: z.unknown().optional(),
});
type Source = z.infer<typeof SOURCE>;

const IMAGE = z.object({ format: z.string(), source: SOURCE });

export function parseImage(value: unknown, path: string): MediaPart {
  const { format, source } = checked(IMAGE, value, path);
  return {
    type: "media",
    kind: "image",
    mediaType: mediaTypeOf(format, FORMATS.image, path),
    source: { base64: bytesOf(source, path) },
  };
}

/** Also of a search result. */
export const CITATIONS = z.object({ enabled: z.boolean().nullish() }).nullish();

const DOCUMENT = z.object({
  format: z.string().default("txt"),
  name: z.string(),
  source: SOURCE,
  context: z.string().nullish(),
  citations: CITATIONS,
});

/** Documents that are text are read as text, which every vendor's models can. */
export function parseDocument(value: unknown, path: string): MediaPart | TextPart {
  const { format, name, source, context, citations } = checked(DOCUMENT, value, path);
  const mediaType = mediaTypeOf(format, FORMATS.document, path);
  const isCitable = citations?.enabled === true;
  const words =
    source.text ??
    source.content?.map((block) => block.text) ??
    (mediaType.startsWith("text/") ? textOf(bytesOf(source, path), path) : undefined);
  if (words !== undefined) {
    const told = typeof words === "string" ? words : words.join("\n");
    const text = [name, context, told].filter(Boolean).join("\n\n");
    const document = { title: name, context: context ?? undefined, words };
    return { type: "text", text, ...(isCitable ? { document } : {}) };
  }
  const media = { mediaType, source: { base64: bytesOf(source, path) }, name };
  return { type: "media", kind: "document", ...media, ...(isCitable ? { citable: true } : {}) };
}

function mediaTypeOf(format: string, formats: MediaFormats, path: string): string {
  const mediaType = formats[format];
  if (mediaType !== undefined) return mediaType;
  const known = Object.keys(formats).join(", ");
  throw invalidField(`${path}.format`, `"${format}" is none of ${known}`);
}

function bytesOf({ bytes, s3Location }: Source, path: string): string {
  if (bytes !== undefined) return bytes;
  if (s3Location === undefined) throw invalidField(`${path}.source`, "expected bytes");
  throw unsupported(
    `${path}.source.s3Location`,
    "this model's provider reads no S3; send the bytes",
  );
}

function textOf(base64: string, path: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    throw invalidField(`${path}.source.bytes`, "expected base64");
  }
}
