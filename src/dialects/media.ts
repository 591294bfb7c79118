import type { MediaPart } from "../core/chat.ts";

const DATA_URI = /^data:([^;,]*)(?:;[^;,]*)*?;base64,(.*)$/s;

/** What a URL field holds: the bytes themselves (`data:image/png;base64,…`), or an address. */
export function sourceOfUrl(url: string): Pick<MediaPart, "mediaType" | "source"> {
  const [, mediaType = "", base64] = DATA_URI.exec(url) ?? [];
  return base64 === undefined
    ? { mediaType: "", source: { url } }
    : { mediaType, source: { base64 } };
}

/** The other way round: one string, whether bytes or address. */
export function urlOfSource({ mediaType, source }: MediaPart): string {
  return "url" in source ? source.url : `data:${mediaType};base64,${source.base64}`;
}
