import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { InputMeasure } from "./measure.ts";

/** A member of a turn, with what is needed to tell a picture from text. */
interface Member {
  name: string;
  value: Json;
  /** The object the member belongs to, and the name that one stands under. */
  holder: JsonObject;
  under: string;
}

type Tally = Pick<InputMeasure, "textBytes" | "images" | "audioBytes" | "unseen">;

type Kind = "image" | "audio" | "text" | "unseen";

/**
 * Counts the member when it is media in one of the vendors' spellings; says whether it did. Base64 is
 * then never counted as text. The payload is what vendors decode as media in that place: they refuse
 * one that is not, so prose in a picture's clothes is not read for free.
 */
export function takeMedia(member: Member, tally: Tally): boolean {
  const { name, value } = member;
  switch (name) {
    // OpenAI: a string, or `{ url, detail }`.
    case "image_url":
      tally.images += 1;
      return true;
    case "input_audio":
      return takePayload("audio", textOf(value, "data"), tally);
    case "file_data":
    case "fileData":
      return takeFile(value, tally);
    // Gemini.
    case "inlineData":
    case "inline_data":
      return takePayload(kindOfType(mediaTypeOf(value)), textOf(value, "data"), tally);
    // Anthropic and Converse.
    case "source":
      return takeSource(member, tally);
    case "file_id":
    case "file_url":
      tally.unseen = true;
      return true;
    default:
      return false;
  }
}

/** OpenAI's data URL, or Gemini's reference to a stored file. */
function takeFile(value: Json, tally: Tally): boolean {
  if (typeof value !== "string") {
    countReference(kindOfType(mediaTypeOf(value)), tally);
    return true;
  }
  const [, mediaType = "", payload = value] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(value) ?? [];
  return takePayload(kindOfType(mediaType), payload, tally);
}

/** Anthropic: `{ type, media_type, data | url | file_id }`; Converse: `{ bytes }` or `{ s3Location }`. */
function takeSource({ value, holder, under }: Member, tally: Tally): boolean {
  if (!isJsonObject(value)) return false;
  // A document given as text or as content blocks is read like any other text.
  if (value["type"] === "text" || value["type"] === "content") return false;
  const named = textOf(holder, "type") ?? under;
  const kind =
    kindOfType(mediaTypeOf(value)) === "unseen"
      ? kindOfBlock(named, holder)
      : kindOfType(mediaTypeOf(value));
  const payload = textOf(value, "data") ?? textOf(value, "bytes");
  if (payload !== undefined) return takePayload(kind, payload, tally);
  countReference(kind, tally);
  return true;
}

const TEXT_FORMATS = new Set(["txt", "md", "csv", "html"]);

function kindOfBlock(name: string, holder: JsonObject): Kind {
  if (name === "image" || name === "audio") return name;
  return TEXT_FORMATS.has(textOf(holder, "format") ?? "") ? "text" : "unseen";
}

/**
 * A PDF of a few kilobytes can have hundreds of pages, each read as text and as a picture; an office
 * file is compressed; a film can be long and still. Their bytes bound nothing.
 */
function kindOfType(mediaType: string): Kind {
  const [family] = mediaType.split("/");
  return family === "image" || family === "audio" || family === "text" ? family : "unseen";
}

function takePayload(kind: Kind, base64: string | undefined, tally: Tally): boolean {
  if (base64 === undefined) return false;
  const bytes = Math.ceil((base64.length * 3) / 4);
  if (kind === "image") tally.images += 1;
  else if (kind === "audio") tally.audioBytes += bytes;
  else if (kind === "text") tally.textBytes += bytes;
  else tally.unseen = true;
  return true;
}

/** The vendor fetches it: a picture has a largest size, nothing else has. */
function countReference(kind: Kind, tally: Tally): void {
  if (kind === "image") tally.images += 1;
  else tally.unseen = true;
}

function mediaTypeOf(value: Json | undefined): string {
  for (const name of ["media_type", "mimeType", "mime_type"]) {
    const mediaType = textOf(value, name);
    if (mediaType !== undefined) return mediaType;
  }
  return "";
}

function textOf(value: Json | undefined, name: string): string | undefined {
  const member = isJsonObject(value) ? value[name] : undefined;
  return typeof member === "string" ? member : undefined;
}
