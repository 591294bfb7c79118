import * as z from "zod";
import type { MediaPart, TextPart } from "../../core/chat.ts";
import { checked, invalidField, unsupported } from "../checked.ts";

const BLOB = z.object({
  mimeType: z.string(),
  data: z.string(),
  displayName: z.string().nullish(),
});

/** Bytes inside the request. Text among them is read as text: no other vendor takes it otherwise. */
export function parseInlineData(blob: unknown, path: string): MediaPart | TextPart {
  const { mimeType, data, displayName } = checked(BLOB, blob, path);
  const base64 = data.replaceAll("-", "+").replaceAll("_", "/");
  if (mimeType.startsWith("text/")) return { type: "text", text: textOf(base64, `${path}.data`) };
  return {
    type: "media",
    kind: kindOf(mimeType, path),
    mediaType: mimeType,
    source: { base64 },
    name: displayName ?? undefined,
  };
}

function textOf(base64: string, path: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    throw invalidField(path, "expected base64");
  }
}

const FILE = z.object({
  fileUri: z.string(),
  mimeType: z.string().nullish(),
  displayName: z.string().nullish(),
});

/** Addresses that only Google can open. */
const STORED_AT_GOOGLE = /^gs:|^https:\/\/generativelanguage\.googleapis\.com\/|^(?!https?:)/;

export function parseFileData(file: unknown, path: string): MediaPart {
  const { fileUri, mimeType, displayName } = checked(FILE, file, path);
  if (STORED_AT_GOOGLE.test(fileUri)) {
    throw unsupported(
      `${path}.fileUri`,
      "this file is stored at Google, which does not serve this model; send it as inlineData or by an https URL",
    );
  }
  const mediaType = mimeType || typeOfName(fileUri);
  if (mediaType === undefined) throw invalidField(`${path}.mimeType`, "Field required");
  return {
    type: "media",
    kind: kindOf(mediaType, path),
    mediaType,
    source: { url: fileUri },
    name: displayName ?? undefined,
  };
}

const TYPES: readonly [RegExp, string][] = [
  [/\.pdf$/, "application/pdf"],
  [/\.png$/, "image/png"],
  [/\.jpe?g$/, "image/jpeg"],
  [/\.gif$/, "image/gif"],
  [/\.webp$/, "image/webp"],
];

function typeOfName(url: string): string | undefined {
  const [path = ""] = url.toLowerCase().split(/[?#]/, 1);
  return TYPES.find(([ending]) => ending.test(path))?.[1];
}

function kindOf(mimeType: string, path: string): MediaPart["kind"] {
  const [family] = mimeType.split("/", 1);
  if (family === "image" || family === "audio") return family;
  if (family === "video")
    throw unsupported(path, "this model takes no video; choose a Gemini model");
  return "document";
}
