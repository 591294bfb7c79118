import type { Citation, CitedSource } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { charactersIn } from "../citations.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

/** What a citation is of: the words themselves, or the plan in front of calls. */
export type CitedWords = "text" | "plan";

/** `undefined` for a thought's, which no other grammar can cite. */
export function citedWords({ type }: JsonObject): CitedWords | undefined {
  switch (textIn(type)) {
    case "THINKING_CONTENT":
      return undefined;
    case "PLAN":
      return "plan";
    default:
      return "text";
  }
}

/**
 * One citation for each document it names. A document is cited as a whole, and comes with the
 * citation. What leans on a tool's result is left out: no other grammar cites those.
 */
export function readCitation(citation: JsonObject): Citation[] {
  const span = { start: countIn(citation.start), end: countIn(citation.end) };
  return objectsIn(citation.sources).flatMap((source): Citation[] => {
    const document = objectIn(source.document);
    const cited = source.type === "document" ? sourceOf(textIn(source.id), document) : undefined;
    if (!cited) return [];
    const title = textIn(document.title) || undefined;
    return [{ span, quote: textIn(document.text), title, source: cited }];
  });
}

/** What a document was in the caller's request: which of its kind, and of how many pieces. */
export interface DocumentOrigin {
  kind: "document" | "result";
  index: number;
  /** Absent where it was one text. */
  pieces: number | undefined;
}

/** The vendor gives a document's id back with what cites it, so the id says all that has to be known. */
export function documentId({ kind, index, pieces }: DocumentOrigin): string {
  return `${kind}:${index}${pieces === undefined ? "" : `/${pieces}`}`;
}

function sourceOf(id: string, { text, url }: JsonObject): CitedSource | undefined {
  const [, kind, index, pieces] = /^(document|result):(\d+)(?:\/(\d+))?$/.exec(id) ?? [];
  if (kind === undefined) return undefined;
  const of = { index: Number(index), start: 0 };
  if (kind === "result")
    return { kind: "search-result", ...of, end: Number(pieces ?? 1), foundAt: textIn(url) };
  return pieces === undefined
    ? { kind: "document", ...of, unit: "character", end: charactersIn(textIn(text)) }
    : { kind: "document", ...of, unit: "piece", end: Number(pieces) };
}

function countIn(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
