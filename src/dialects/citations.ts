import type { ChatEvent, Citation, Span } from "../core/chat.ts";

/** The web address a citation leads to, where it leads to one. */
export function urlOfCitation({ source }: Citation): string | undefined {
  switch (source.kind) {
    case "web":
      return source.url;
    case "search-result":
      // What stands there is the caller's choice; often it is an address.
      return /^https?:\/\//.test(source.foundAt) ? source.foundAt : undefined;
    case "document":
    case "file":
      return undefined;
  }
}

/** Vendors count characters as code points, JavaScript counts half of some. */
export function charactersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (!isSecondHalf(text.charCodeAt(at))) count++;
  return count;
}

/** The second of the two units a character outside the basic plane takes. */
function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Where this citation's words stand in a message, whose block begins at `offset` and is so long. */
export function placeOf({ span }: Citation, offset: number, characters: number): Span {
  return {
    start: offset + (span?.start ?? 0),
    end: offset + Math.min(span?.end ?? characters, characters),
  };
}

/**
 * The citations of a block that ends here, as events. Vendors who count over a whole message tell a
 * place for every citation; one that is all of the block is none.
 */
export function citationEvents(
  block: number,
  characters: number,
  citations: readonly Citation[],
): ChatEvent[] {
  return citations.flatMap((citation): ChatEvent[] => {
    const { span, ...rest } = citation;
    const start = Math.max(0, span?.start ?? 0);
    const end = Math.min(span?.end ?? characters, characters);
    // What was said in another block is not this one's to cite.
    if (end <= start) return [];
    const isAll = start === 0 && end === characters;
    return [
      { type: "block-citation", block, citation: isAll ? rest : { span: { start, end }, ...rest } },
    ];
  });
}

/** The words at this place. */
export function wordsAt(text: string, { start, end }: Span): string {
  return [...text].slice(start, end).join("");
}
