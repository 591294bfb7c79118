import type { ChatRequest, Part } from "../core/chat.ts";

// Wishes that stand on single parts of a request and that some grammars have no word for.

function allParts({ messages }: ChatRequest): Part[] {
  const parts = messages.flatMap((message) => message.parts);
  return parts.flatMap((part): Part[] =>
    part.type === "tool-result" ? [part, ...part.parts] : [part],
  );
}

/** Some part of the prompt, or a tool, shall be remembered. */
export function hasCacheMarks(request: ChatRequest): boolean {
  return [...allParts(request), ...request.tools].some(
    (part) => "cache" in part && part.cache !== undefined,
  );
}

/** How many documents shall be cited. */
export function citableCount(request: ChatRequest): number {
  return allParts(request).filter(
    (part) =>
      (part.type === "text" && part.document !== undefined) ||
      (part.type === "media" && part.citable === true),
  ).length;
}

export function wantsCitations(request: ChatRequest): boolean {
  return citableCount(request) > 0;
}
