import * as z from "zod";
import type { MediaPart, TextPart } from "../../core/chat.ts";
import { CACHE_CONTROL, cacheMark } from "../cache-control.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { sourceOfUrl } from "../media.ts";

const PARTS = z.array(z.looseObject({ type: z.string(), cache_control: CACHE_CONTROL }));
type RawPart = z.infer<typeof PARTS>[number];

export function parseContent(content: unknown, path: string): (TextPart | MediaPart)[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (content === undefined || content === null) throw invalidField(path, "Field required");
  if (!Array.isArray(content))
    throw invalidField(path, "expected a string or a list of content parts");
  return checked(PARTS, content, path).map((part, index) => parsePart(part, `${path}.${index}`));
}

const TEXT = z.object({ text: z.string() });
const REFUSAL = z.object({ refusal: z.string() });

function parsePart(part: RawPart, path: string): TextPart | MediaPart {
  const cache =
    cacheMark(part.cache_control) ??
    (part.prompt_cache_breakpoint ? { ttl: "5m" as const } : undefined);
  switch (part.type) {
    case "text":
      return { type: "text", text: checked(TEXT, part, path).text, cache };
    case "refusal":
      return { type: "text", text: checked(REFUSAL, part, path).refusal, cache };
    case "image_url":
      return { type: "media", kind: "image", ...parseImage(part, path), cache };
    case "input_audio":
      return { type: "media", kind: "audio", ...parseAudio(part, path), cache };
    case "file":
      return { type: "media", kind: "document", ...parseFile(part, path), cache };
    default:
      throw invalidField(
        `${path}.type`,
        `"${part.type}" is not a content part; expected text, image_url, input_audio or file`,
      );
  }
}

const IMAGE = z.object({
  image_url: z.union([z.string(), z.object({ url: z.string() })], "expected an object with a url"),
});

function parseImage(part: RawPart, path: string): Pick<MediaPart, "mediaType" | "source"> {
  const { image_url } = checked(IMAGE, part, path);
  return sourceOfUrl(typeof image_url === "string" ? image_url : image_url.url);
}

const AUDIO = z.object({ input_audio: z.object({ data: z.string(), format: z.string() }) });

function parseAudio(part: RawPart, path: string): Pick<MediaPart, "mediaType" | "source"> {
  const { data, format } = checked(AUDIO, part, path).input_audio;
  return { mediaType: `audio/${format}`, source: { base64: data } };
}

const FILE = z.object({
  file: z.object({
    filename: z.string().nullish(),
    file_data: z.string().nullish(),
    format: z.string().nullish(),
  }),
});

function parseFile(part: RawPart, path: string): Pick<MediaPart, "mediaType" | "source" | "name"> {
  const { filename, file_data, format } = checked(FILE, part, path).file;
  if (!file_data)
    throw unsupported(`${path}.file`, "stored files cannot be read across vendors; send file_data");
  const { mediaType, source } = sourceOfUrl(file_data);
  const isBare = "url" in source && !/^https?:/.test(file_data);
  return {
    mediaType: mediaType || format || "application/pdf",
    source: isBare ? { base64: file_data } : source,
    name: filename ?? undefined,
  };
}
