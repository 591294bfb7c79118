import type { Citation } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { charactersIn, placeOf, urlOfCitation } from "../citations.ts";
import { textIn } from "../lenient.ts";

/** An annotation of a part's text, over which it counts. A path to a file is no citation. */
export function readAnnotation(annotation: JsonObject): Citation[] {
  const span = { start: countIn(annotation.start_index), end: countIn(annotation.end_index) };
  const file = { quote: "", title: textIn(annotation.filename) || undefined };
  const id = textIn(annotation.file_id);
  switch (textIn(annotation.type)) {
    case "url_citation": {
      const title = textIn(annotation.title) || undefined;
      return [{ span, quote: "", title, source: { kind: "web", url: textIn(annotation.url) } }];
    }
    case "file_citation":
      // It stands at a point; what it supports is the text before, all of it.
      return [{ ...file, source: { kind: "file", id } }];
    case "container_file_citation": {
      const containerId = textIn(annotation.container_id);
      return [{ span, ...file, source: { kind: "file", id, containerId } }];
    }
    default:
      return [];
  }
}

function countIn(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Documents that the caller sent along have no id here, by which files are cited. */
export function renderAnnotations(citations: readonly Citation[], text: string): JsonObject[] {
  const characters = charactersIn(text);
  return citations.flatMap((citation): JsonObject[] => {
    const { start, end } = placeOf(citation, 0, characters);
    const { source, title = "" } = citation;
    if (source.kind === "file") {
      const { id, containerId } = source;
      const file = { file_id: id, filename: title };
      const place = { container_id: containerId, start_index: start, end_index: end };
      return containerId === undefined
        ? [{ type: "file_citation", ...file, index: end }]
        : [{ type: "container_file_citation", ...file, ...place }];
    }
    const url = urlOfCitation(citation);
    if (url === undefined) return [];
    return [{ type: "url_citation", url, title, start_index: start, end_index: end }];
  });
}
