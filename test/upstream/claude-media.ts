import type { Surface } from "./claude-surfaces.ts";
import { asObject, asString } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { sniffMediaType } from "./media.ts";
import type { Problems } from "./problems.ts";

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const IMAGE_BYTES_MAX = 5 * 1024 * 1024;

/** Pictures and documents come as base64, by URL or as an uploaded file, and not everywhere. */
export function* sourceProblems(block: JsonObject, path: string, surface: Surface): Problems {
  const kind = asString(block["type"]);
  const source = asObject(block["source"]);
  const type = asString(source["type"]);
  const allowed = allowedSources(kind, surface);
  if (!allowed.includes(type)) {
    yield `${path}.${kind}.source: Input tag '${type}' found using 'type' does not match any of the expected tags: ${allowed.map((name) => `'${name}'`).join(", ")}`;
  }
  if (type === "base64") yield* base64Problems(source, `${path}.${kind}.source.base64`, kind, path);
  if (type === "url" && !asString(source["url"]).startsWith("https://")) {
    yield `${path}.${kind}.source.url.url: Only HTTPS URLs are supported.`;
  }
}

function allowedSources(kind: string, surface: Surface): string[] {
  const inline = kind === "document" ? ["base64", "content", "text"] : ["base64"];
  return surface.urlSources ? [...inline, "file", "url"] : inline;
}

function* base64Problems(
  source: JsonObject,
  sourcePath: string,
  kind: string,
  path: string,
): Problems {
  const mediaType = asString(source["media_type"]);
  if (kind === "document") {
    if (mediaType !== "application/pdf")
      yield `${sourcePath}.media_type: Input should be 'application/pdf'`;
    return;
  }
  if (!IMAGE_TYPES.includes(mediaType)) {
    yield `${sourcePath}.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`;
  }
  const data = asString(source["data"]);
  const bytes = Buffer.from(data, "base64");
  // A data URI's header left in front is the usual way to get here.
  if (data === "" || bytes.toString("base64").replace(/=+$/u, "") !== data.replace(/=+$/u, "")) {
    return yield `${sourcePath}.data: Invalid base64 data`;
  }
  const actual = sniffMediaType(bytes);
  if (actual === undefined) yield `${path}: Could not process image`;
  else if (actual !== mediaType) {
    yield `${sourcePath}: The image was specified using the ${mediaType} media type, but the image appears to be a ${actual} image`;
  }
  if (bytes.length > IMAGE_BYTES_MAX)
    yield `${sourcePath}: image exceeds 5 MB maximum: ${bytes.length} bytes > ${IMAGE_BYTES_MAX} bytes`;
}
