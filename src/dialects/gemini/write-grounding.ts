import type { Citation } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { BlockEvent } from "../block-order.ts";
import { charactersIn, placeOf, urlOfCitation, wordsAt } from "../citations.ts";
import { continues } from "./write-parts.ts";

/** Gathers what an answer cites, which this grammar tells at its end. */
export interface Grounding {
  /** Follows an event, and the parts it became. */
  see(event: BlockEvent, parts: readonly JsonObject[]): void;
  /** Members of the last candidate; none when nothing was cited. */
  render(): JsonObject;
}

/** A text block that is being said, and where: parts are counted as a whole answer has them. */
interface OpenText {
  text: string;
  partIndex: number;
  startByte: number;
  citations: Citation[];
}

export function createGrounding(): Grounding {
  const chunks: string[] = [];
  const titles = new Map<string, string>();
  /** By the segment's place: neighbours of one place are one support of many sources. */
  const supports = new Map<string, { segment: JsonObject; sources: Set<number> }>();
  let last: JsonObject | undefined;
  let partIndex = -1;
  let partBytes = 0;
  let open: OpenText | undefined;

  const enter = (part: JsonObject): void => {
    const isMore = last !== undefined && continues(last, part);
    if (!isMore) {
      partIndex += 1;
      partBytes = 0;
    }
    last = part;
  };

  const say = (text: string): void => {
    if (!open) return;
    if (open.text === "") Object.assign(open, { partIndex, startByte: partBytes });
    open.text += text;
    partBytes += bytesIn(text);
  };

  const support = (citation: Citation, block: OpenText): void => {
    const url = urlOfCitation(citation);
    // Documents and files the caller sent lead nowhere.
    if (url === undefined) return;
    if (!chunks.includes(url)) chunks.push(url);
    if (citation.title !== undefined) titles.set(url, citation.title);
    const segment = segmentOf(citation, block);
    const key = JSON.stringify(segment);
    const known = supports.get(key) ?? { segment, sources: new Set() };
    known.sources.add(chunks.indexOf(url));
    supports.set(key, known);
  };

  return {
    see(event, parts) {
      if (event.type === "block-start" && event.opening.kind === "text")
        open = { text: "", partIndex, startByte: 0, citations: [] };
      if (event.type === "block-citation") open?.citations.push(event.citation);
      for (const part of parts) enter(part);
      if (event.type === "block-delta") say(event.text);
      if (event.type !== "block-end" || !open) return;
      for (const citation of open.text === "" ? [] : open.citations) support(citation, open);
      open = undefined;
    },
    render() {
      if (chunks.length === 0) return {};
      const groundingChunks = chunks.map((uri) => {
        const title = titles.get(uri);
        return { web: title === undefined ? { uri } : { uri, title } };
      });
      const groundingSupports = [...supports.values()].map(({ segment, sources }) => ({
        segment,
        groundingChunkIndices: [...sources],
      }));
      return { groundingMetadata: { groundingChunks, groundingSupports } };
    },
  };
}

/** Google counts bytes, and leaves a zero out. */
function segmentOf(citation: Citation, { text, partIndex, startByte }: OpenText): JsonObject {
  const place = placeOf(citation, 0, charactersIn(text));
  const words = wordsAt(text, place);
  const startIndex = startByte + bytesIn(wordsAt(text, { start: 0, end: place.start }));
  return {
    ...(partIndex > 0 ? { partIndex } : {}),
    ...(startIndex > 0 ? { startIndex } : {}),
    endIndex: startIndex + bytesIn(words),
    text: words,
  };
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
