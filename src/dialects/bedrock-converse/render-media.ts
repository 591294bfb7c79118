import type { CitableText, MediaPart } from "../../core/chat.ts";
import type { ConverseFamily } from "../../core/facts/converse-family.ts";
import type { JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import { FORMATS, formatOf } from "./formats.ts";

export interface BlockStyle {
  family: ConverseFamily;
  names: DocumentNames;
  toolIdCharactersMax: number;
}

/** Gives each document of a request a name of its own. */
export type DocumentNames = (wanted: string | undefined) => string;

const NAME_CHARACTERS_MAX = 200;

/** Bedrock takes letters, digits, single spaces, hyphens and brackets, and no name twice. */
export function createDocumentNames(): DocumentNames {
  const taken = new Set<string>();
  return (wanted = "document") => {
    const legal = wanted.replaceAll(/[^A-Za-z0-9()[\]-]+/g, " ").trim() || "document";
    const base = legal.slice(0, NAME_CHARACTERS_MAX - 8).trim();
    let name = base;
    for (let copy = 2; taken.has(name); copy += 1) name = `${base} (${copy})`;
    taken.add(name);
    return name;
  };
}

export function cites({ family }: BlockStyle): boolean {
  return family.cites;
}

const CITED: JsonObject = { citations: { enabled: true } };

/** A document of words, which this grammar takes as such only to cite it. */
export function renderCitable(
  { title, context, foundAt, words }: CitableText,
  names: DocumentNames,
): JsonObject {
  const pieces = typeof words === "string" ? [words] : words;
  const content = pieces.map((text) => ({ text }));
  if (foundAt !== undefined)
    return { searchResult: { source: foundAt, title: title ?? foundAt, content, ...CITED } };
  const source = typeof words === "string" ? { text: words } : { content };
  return {
    document: {
      format: "txt",
      name: names(title),
      source,
      ...(context === undefined ? {} : { context }),
      ...CITED,
    },
  };
}

export function renderMedia(part: MediaPart, style: BlockStyle): JsonObject {
  const { kind, source, mediaType } = part;
  if (kind === "document" && !style.family.documents)
    throw unsupported("messages", "this model takes no documents; send their words as text");
  if (kind === "audio") throw unsupported("messages", "this model takes no audio");
  if ("url" in source) {
    const advice = `Bedrock fetches no URLs; send the ${kind} as base64 (a data: URL)`;
    throw unsupported("messages", advice);
  }
  const formats = FORMATS[kind];
  const format = formatOf(mediaType, formats);
  if (format === undefined) {
    const known = Object.values(formats).join(", ");
    throw unsupported("messages", `Bedrock takes no ${kind} of type "${mediaType}"; send ${known}`);
  }
  const bytes = { source: { bytes: source.base64 } };
  return kind === "image"
    ? { image: { format, ...bytes } }
    : {
        document: {
          format,
          name: style.names(part.name),
          ...bytes,
          ...(part.citable && cites(style) ? CITED : {}),
        },
      };
}
