import type { Citation, Span } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { placeOf, urlOfCitation } from "../citations.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

/** A citation as a message has it: counted over all the words of the message. */
export type MessageCitation = Omit<Citation, "span"> & { span: Span };

export function readAnnotation(annotation: JsonObject): MessageCitation[] {
  const { url_citation: cited } = annotation;
  if (!isJsonObject(cited) || textIn(cited.url) === "") return [];
  const span = { start: countIn(cited.start_index), end: countIn(cited.end_index) };
  const title = textIn(cited.title) || undefined;
  return [{ span, quote: "", title, source: { kind: "web", url: textIn(cited.url) } }];
}

function countIn(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** What leads nowhere on the web (documents, files) has no form here. */
export function renderAnnotations(
  citations: readonly Citation[],
  offset: number,
  characters: number,
): JsonObject[] {
  return citations.flatMap((citation) => {
    const url = urlOfCitation(citation);
    if (url === undefined) return [];
    const { start, end } = placeOf(citation, offset, characters);
    const cited = { start_index: start, end_index: end, url, title: citation.title ?? "" };
    return [{ type: "url_citation", url_citation: cited }];
  });
}

/**
 * The list of sources that Perplexity and xAI put beside an answer, in its order: with titles where
 * they are told. `undefined` when the chunk has none.
 */
export function readSources(chunk: JsonObject): Citation[] | undefined {
  const { citations, search_results: results } = chunk;
  const urls = Array.isArray(citations) ? citations.map(textIn) : objectsIn(results).map(urlIn);
  if (urls.length === 0) return undefined;
  const titles = new Map(objectsIn(results).map((result) => [urlIn(result), textIn(result.title)]));
  return urls.map((url) => ({
    quote: "",
    title: titles.get(url) || undefined,
    source: { kind: "web", url },
  }));
}

function urlIn(result: JsonObject): string {
  return textIn(objectIn(result).url);
}

/**
 * Perplexity's words point at its sources by number (`[2]`); each mark is a citation of where it
 * stands. Words without a mark lean on all of them, which is how xAI answers.
 */
export function citationsByMark(text: string, sources: readonly Citation[]): Citation[] {
  const marks = [...text.matchAll(/\[(\d{1,3})\]/gu)].flatMap((mark) => {
    const source = sources[Number(mark[1]) - 1];
    // Every character before the mark is counted once, however many units it takes.
    const start = [...text.slice(0, mark.index)].length;
    return source ? [{ ...source, span: { start, end: start + mark[0].length } }] : [];
  });
  return marks.length > 0 ? marks : [...sources];
}
