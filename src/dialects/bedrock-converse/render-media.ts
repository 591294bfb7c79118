import type { MediaPart } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { unsupported } from "../checked.ts";
import { FORMATS, formatOf } from "./formats.ts";

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

export function renderMedia(part: MediaPart, names: DocumentNames): JsonObject {
  const { kind, source, mediaType } = part;
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
    : { document: { format, name: names(part.name), ...bytes } };
}
