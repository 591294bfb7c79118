import type { Citation, CitedSource, Span } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { AnswerContext } from "../dialect.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

/** Of a whole answer or of a stream, which have the same members. `undefined` for places unknown. */
export function readCitation(citation: JsonObject): Citation | undefined {
  const source = readSource(objectIn(citation.location), textIn(citation.source));
  const quote = objectsIn(citation.sourceContent)
    .map((part) => textIn(part.text))
    .join("");
  return source && { quote, title: textIn(citation.title) || undefined, source };
}

/** By the name of the member that says where. */
const UNITS = {
  documentChar: "character",
  documentPage: "page",
  documentChunk: "piece",
} as const;

function readSource(location: JsonObject, foundAt: string): CitedSource | undefined {
  const { web, searchResultLocation: result } = location;
  if (isJsonObject(web)) return { kind: "web", url: textIn(web.url) };
  if (isJsonObject(result)) {
    const index = countIn(result.searchResultIndex);
    return { kind: "search-result", index, foundAt, ...spanIn(result) };
  }
  for (const name of ["documentChar", "documentPage", "documentChunk"] as const) {
    const place = location[name];
    if (!isJsonObject(place)) continue;
    const index = countIn(place.documentIndex);
    return { kind: "document", index, unit: UNITS[name], ...spanIn(place) };
  }
  return undefined;
}

function spanIn({ start, end }: JsonObject): Span {
  return { start: countIn(start), end: countIn(end) };
}

function countIn(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

/**
 * Whether the caller marked something as to be cited. One that did not reads `content[0].text`, as all
 * SDKs show it, and would find no words in a block of cited ones.
 */
export function asksForCitations({ request }: AnswerContext): boolean {
  if (request === undefined) return true;
  const blocks = objectsIn(request.messages).flatMap(({ content }) => objectsIn(content));
  const results = blocks.flatMap(({ toolResult }) => objectsIn(objectIn(toolResult).content));
  return [...blocks, ...results]
    .flatMap(({ document, searchResult }) => [objectIn(document), objectIn(searchResult)])
    .some(({ citations }) => objectIn(citations).enabled === true);
}

/** A citation belongs to its whole block here, and no file is kept that one could lead to. */
export function renderCitation({ quote, title, source }: Citation): JsonObject[] {
  const location = renderLocation(source);
  if (!location) return [];
  return [
    {
      ...(title === undefined ? {} : { title }),
      ...(source.kind === "search-result" ? { source: source.foundAt } : {}),
      ...(quote === "" ? {} : { sourceContent: [{ text: quote }] }),
      location,
    },
  ];
}

function renderLocation(source: CitedSource): JsonObject | undefined {
  switch (source.kind) {
    case "web": {
      const domain = URL.parse(source.url)?.hostname;
      return { web: { url: source.url, ...(domain ? { domain } : {}) } };
    }
    case "search-result": {
      const { index, start, end } = source;
      return { searchResultLocation: { searchResultIndex: index, start, end } };
    }
    case "document": {
      const { index, unit, start, end } = source;
      const place = { documentIndex: index, start, end };
      if (unit === "character") return { documentChar: place };
      return unit === "page" ? { documentPage: place } : { documentChunk: place };
    }
    case "file":
      return undefined;
  }
}
