import * as z from "zod";
import type { CitableText, MediaPart, TextPart } from "../../core/chat.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import { checked, invalidField, unsupported } from "../checked.ts";

export const BLOCKS = z.array(z.looseObject({ type: z.string() }));
export type Block = z.infer<typeof BLOCKS>[number];

/** What a tool's result holds, or a document made of blocks. */
export function parsePlainContent(content: unknown, path: string): (TextPart | MediaPart)[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content))
    throw invalidField(path, "expected a string or a list of content blocks");
  // Further kinds (references to deferred tools) speak only to Anthropic's models.
  return checked(BLOCKS, content, path).flatMap(
    (block, index) => parsePlainBlock(block, `${path}.${index}`) ?? [],
  );
}

/** The blocks that may also stand inside a tool's result. */
export function parsePlainBlock(block: Block, path: string): (TextPart | MediaPart)[] | undefined {
  switch (block.type) {
    case "text":
      return [parseText(block, path)];
    case "image":
      return [parseImage(block, path)];
    case "document":
      return parseDocument(block, path);
    case "search_result":
      return parseSearchResult(block, path);
    default:
      return undefined;
  }
}

const TEXT = z.object({ text: z.string(), cache_control: CACHE_CONTROL });

function parseText(block: Block, path: string): TextPart {
  const { text, cache_control } = checked(TEXT, block, path);
  return { type: "text", text, cache: cacheMark(cache_control) };
}

const SOURCE = z.discriminatedUnion("type", [
  z.object({ type: z.literal("base64"), media_type: z.string(), data: z.string() }),
  z.object({ type: z.literal("url"), url: z.string() }),
  z.object({ type: z.literal("text"), data: z.string() }),
  z.object({ type: z.literal("content"), content: z.unknown().optional() }),
  z.object({ type: z.literal("file"), file_id: z.string() }),
]);
const IMAGE = z.object({ source: SOURCE, cache_control: CACHE_CONTROL });

function parseImage(block: Block, path: string): MediaPart {
  const { source, cache_control } = checked(IMAGE, block, path);
  return {
    type: "media",
    kind: "image",
    ...parseSource(source, path),
    cache: cacheMark(cache_control),
  };
}

const CITATIONS = z.object({ enabled: z.boolean().nullish() }).nullish();

const DOCUMENT = IMAGE.extend({
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: CITATIONS,
});

function parseDocument(block: Block, path: string): (TextPart | MediaPart)[] {
  const document = checked(DOCUMENT, block, path);
  const { source, title, context } = document;
  const cache = cacheMark(document.cache_control);
  const isCitable = document.citations?.enabled === true;
  const about = { title: title ?? undefined, context: context ?? undefined };
  if (source.type === "text") {
    const text = [title, context, source.data].filter(Boolean).join("\n\n");
    const citable = isCitable ? { document: { ...about, words: source.data } } : {};
    return [{ type: "text", text, cache, ...citable }];
  }
  if (source.type === "content") {
    const content = parsePlainContent(source.content, `${path}.source.content`);
    return isCitable ? joinedAsDocument(content, about, cache) : content;
  }
  const media = { ...parseSource(source, path), name: about.title, cache };
  return [{ type: "media", kind: "document", ...media, ...(isCitable ? { citable: true } : {}) }];
}

/** Pieces that are cited one by one. Pictures among them stand on their own. */
function joinedAsDocument(
  content: (TextPart | MediaPart)[],
  about: Pick<CitableText, "title" | "context">,
  cache: TextPart["cache"],
): (TextPart | MediaPart)[] {
  const words = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const text = [about.title, about.context, ...words].filter(Boolean).join("\n\n");
  const pictures = content.filter((part) => part.type === "media");
  return [{ type: "text", text, cache, document: { ...about, words } }, ...pictures];
}

function parseSource(
  source: z.infer<typeof SOURCE>,
  path: string,
): Pick<MediaPart, "mediaType" | "source"> {
  switch (source.type) {
    case "base64":
      return { mediaType: source.media_type, source: { base64: source.data } };
    case "url":
      return { mediaType: "", source: { url: source.url } };
    case "file":
      throw unsupported(
        `${path}.source`,
        "the file is stored at Anthropic; send its bytes as base64",
      );
    case "text":
    case "content":
      throw invalidField(
        `${path}.source.type`,
        `"${source.type}" is for documents; expected base64 or url`,
      );
  }
}

const SEARCH_RESULT = z.object({
  source: z.string(),
  title: z.string(),
  content: z.array(z.object({ text: z.string() })),
  citations: CITATIONS,
});

function parseSearchResult(block: Block, path: string): TextPart[] {
  const { source, title, content, citations } = checked(SEARCH_RESULT, block, path);
  const words = content.map((part) => part.text);
  const citable = citations?.enabled ? { document: { title, foundAt: source, words } } : {};
  return [{ type: "text", text: [title, source, ...words].join("\n"), ...citable }];
}
