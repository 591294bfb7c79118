import type { Citation } from "../../src/core/chat.ts";

// What grammars keep of a citation, for the callers' contract.

/** Those that can only point at the web, and repeat no source's words. */
export function pagesOnly({ quote: _, ...citation }: Citation): Citation | undefined {
  const { source } = citation;
  switch (source.kind) {
    case "web":
      return { quote: "", ...citation };
    case "search-result":
      return source.foundAt.startsWith("https:")
        ? { quote: "", ...citation, source: { kind: "web", url: source.foundAt } }
        : undefined;
    case "document":
    case "file":
      return undefined;
  }
}

/** Those that cite for a whole block, and know no vendor's files. */
export function wholeBlocks({ span: _, ...citation }: Citation): Citation | undefined {
  return citation.source.kind === "file" ? undefined : citation;
}
