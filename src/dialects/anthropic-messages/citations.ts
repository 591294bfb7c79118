import type { Citation, CitedSource, Span } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { textIn } from "../lenient.ts";

/** `undefined` for kinds of sources that are yet to be invented. */
export function readCitation(citation: JsonObject): Citation | undefined {
  const source = readSource(citation);
  const title = textIn(citation.document_title) || textIn(citation.title) || undefined;
  return source && { quote: textIn(citation.cited_text), title, source };
}

function readSource(citation: JsonObject): CitedSource | undefined {
  const index = countIn(citation.document_index);
  switch (textIn(citation.type)) {
    case "char_location": {
      const place = spanIn(citation.start_char_index, citation.end_char_index);
      return { kind: "document", index, unit: "character", ...place };
    }
    case "page_location": {
      const place = spanIn(citation.start_page_number, citation.end_page_number);
      return { kind: "document", index, unit: "page", ...place };
    }
    case "content_block_location": {
      const place = spanIn(citation.start_block_index, citation.end_block_index);
      return { kind: "document", index, unit: "piece", ...place };
    }
    case "search_result_location":
      return {
        kind: "search-result",
        index: countIn(citation.search_result_index),
        foundAt: textIn(citation.source),
        ...spanIn(citation.start_block_index, citation.end_block_index),
      };
    case "web_search_result_location": {
      const reference = textIn(citation.encrypted_index) || undefined;
      return { kind: "web", url: textIn(citation.url), reference };
    }
    default:
      return undefined;
  }
}

function spanIn(start: Json | undefined, end: Json | undefined): Span {
  return { start: countIn(start), end: countIn(end) };
}

function countIn(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

/**
 * A citation belongs to its whole block here, so a place within the block is lost. A file that
 * another vendor keeps has no form at all.
 */
export function renderCitation(citation: Citation): JsonObject[] {
  const { quote, source } = citation;
  const title = citation.title ?? null;
  switch (source.kind) {
    case "web": {
      const { url, reference = "" } = source;
      return [
        {
          type: "web_search_result_location",
          url,
          title,
          encrypted_index: reference,
          cited_text: quote,
        },
      ];
    }
    case "search-result":
      return [
        {
          type: "search_result_location",
          search_result_index: source.index,
          source: source.foundAt,
          title,
          cited_text: quote,
          start_block_index: source.start,
          end_block_index: source.end,
        },
      ];
    case "document": {
      const of = { document_index: source.index, document_title: title, file_id: null };
      return [{ ...placeIn(source), ...of, cited_text: quote }];
    }
    case "file":
      return [];
  }
}

function placeIn({ unit, start, end }: Extract<CitedSource, { kind: "document" }>): JsonObject {
  switch (unit) {
    case "character":
      return { type: "char_location", start_char_index: start, end_char_index: end };
    case "page":
      return { type: "page_location", start_page_number: start, end_page_number: end };
    case "piece":
      return { type: "content_block_location", start_block_index: start, end_block_index: end };
  }
}
