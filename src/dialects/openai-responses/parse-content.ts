import * as z from "zod";
import type { MediaPart, TextPart } from "../../core/chat.ts";
import { checked, invalidField, unsupported } from "../checked.ts";
import { sourceOfUrl } from "../media.ts";

const PARTS = z.array(z.looseObject({ type: z.string() }));
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
  const cache = part.prompt_cache_breakpoint ? { ttl: "5m" as const } : undefined;
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
      return { type: "text", text: checked(TEXT, part, path).text, cache };
    case "refusal":
      return { type: "text", text: checked(REFUSAL, part, path).refusal };
    case "input_image":
      return { ...parseImage(part, path), cache };
    case "input_file":
      return { ...parseFile(part, path), cache };
    case "input_audio":
      return parseAudio(part, path);
    default:
      throw invalidField(`${path}.type`, `"${part.type}" is not a kind of content`);
  }
}

const IMAGE = z.object({ image_url: z.string().nullish(), file_id: z.string().nullish() });

function parseImage(part: RawPart, path: string): MediaPart {
  const { image_url: url, file_id: id } = checked(IMAGE, part, path);
  if (id) throw storedFile(`${path}.file_id`);
  if (!url) throw invalidField(`${path}.image_url`, "Field required");
  return { type: "media", kind: "image", ...sourceOfUrl(url) };
}

const FILE = z.object({
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  file_id: z.string().nullish(),
  filename: z.string().nullish(),
});

function parseFile(part: RawPart, path: string): MediaPart {
  const { file_data: data, file_url: url, file_id: id, filename } = checked(FILE, part, path);
  if (id) throw storedFile(`${path}.file_id`);
  const given = data ?? url;
  if (!given) throw invalidField(`${path}.file_data`, "Field required");
  const { mediaType, source } = sourceOfUrl(given);
  // Some clients leave out the `data:` in front.
  const isBare = data !== undefined && data !== null && "url" in source;
  return {
    type: "media",
    kind: "document",
    mediaType: mediaType || "application/pdf",
    source: isBare ? { base64: data } : source,
    name: filename ?? undefined,
  };
}

const AUDIO = z.object({ input_audio: z.object({ data: z.string(), format: z.string() }) });

function parseAudio(part: RawPart, path: string): MediaPart {
  const { data, format } = checked(AUDIO, part, path).input_audio;
  return { type: "media", kind: "audio", mediaType: `audio/${format}`, source: { base64: data } };
}

function storedFile(path: string): Error {
  return unsupported(path, "files stored at OpenAI cannot be read by this model's vendor; send it");
}
