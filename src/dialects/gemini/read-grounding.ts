import type { Citation, Span } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { charactersIn } from "../citations.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";

/** A citation, and where Google says its words stand: in bytes, and by the words themselves. */
export interface Grounded {
  citation: Citation;
  startByte: number;
  endByte: number | undefined;
  /** "" where they are not repeated. */
  words: string;
}

/** What a candidate cites: pages it searched, and sources it quotes at length. */
export function groundedIn(candidate: JsonObject | undefined): Grounded[] {
  return [
    ...searched(objectIn(candidate?.groundingMetadata)),
    ...quoted(objectIn(candidate?.citationMetadata)),
  ];
}

function searched({ groundingChunks, groundingSupports }: JsonObject): Grounded[] {
  const sources = objectsIn(groundingChunks).map(readChunk);
  return objectsIn(groundingSupports).flatMap(({ segment, groundingChunkIndices: indices }) => {
    const place = placeIn(objectIn(segment));
    return (Array.isArray(indices) ? indices : []).flatMap((index) => {
      const citation = sources[Number(index)];
      return citation ? [{ citation, ...place }] : [];
    });
  });
}

/** A page, a place on a map or a document of a store; all of them have an address. */
function readChunk({ web, retrievedContext, maps }: JsonObject): Citation | undefined {
  return citationOf(objectIn(web ?? retrievedContext ?? maps));
}

function citationOf({ uri, title }: JsonObject): Citation | undefined {
  const url = textIn(uri);
  if (url === "") return undefined;
  return { quote: "", title: textIn(title) || undefined, source: { kind: "web", url } };
}

/** AI Studio has its own name for the list. */
function quoted({ citations, citationSources }: JsonObject): Grounded[] {
  return objectsIn(citations ?? citationSources).flatMap((one) => {
    const citation = citationOf(one);
    return citation ? [{ citation, ...placeIn(one) }] : [];
  });
}

function placeIn({ startIndex, endIndex, text }: JsonObject): Omit<Grounded, "citation"> {
  return {
    startByte: numberIn(startIndex) ?? 0,
    endByte: numberIn(endIndex),
    words: textIn(text),
  };
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/**
 * Where the words stand in this text. What Google counts from (the part, the candidate) differs
 * between its surfaces, so the words themselves decide where they are told.
 */
export function spanIn(text: string, { startByte, endByte, words }: Grounded): Span | undefined {
  const bytes = new TextEncoder().encode(text);
  const before = new TextDecoder().decode(bytes.subarray(0, startByte));
  const told = new TextDecoder().decode(bytes.subarray(startByte, endByte ?? bytes.length));
  if (words === "" || told === words) return spanOf(before, told);
  const at = text.indexOf(words);
  return at === -1 ? undefined : spanOf(text.slice(0, at), words);
}

function spanOf(before: string, words: string): Span {
  const start = charactersIn(before);
  return { start, end: start + charactersIn(words) };
}
