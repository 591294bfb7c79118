import { describe, expect, it } from "vitest";
import type { Citation } from "../../src/core/chat.ts";
import {
  charactersIn,
  citationEvents,
  placeOf,
  urlOfCitation,
  wordsAt,
} from "../../src/dialects/citations.ts";

const page: Citation = { quote: "", source: { kind: "web", url: "https://a.example" } };

describe("characters", () => {
  it("are code points, also where a piece ends in the middle of one", () => {
    expect(charactersIn("a🗼東")).toBe(3);
    const [first, second] = ["🗼".slice(0, 1), "🗼".slice(1)];
    expect(charactersIn(first) + charactersIn(second)).toBe(1);
    expect(wordsAt("a🗼東", { start: 1, end: 2 })).toBe("🗼");
  });
});

describe("a citation's place", () => {
  it("is its whole block where it says no other, and never outside of it", () => {
    expect(placeOf(page, 10, 5)).toEqual({ start: 10, end: 15 });
    expect(placeOf({ ...page, span: { start: 2, end: 99 } }, 10, 5)).toEqual({
      start: 12,
      end: 15,
    });
  });

  it("is left out when it is all of the block, and the citation when it is none of it", () => {
    const spans = [
      { start: 0, end: 5 },
      { start: -3, end: 7 },
      { start: 1, end: 2 },
      { start: 5, end: 9 },
      { start: -4, end: 0 },
    ];
    const events = citationEvents(
      3,
      5,
      spans.map((span) => ({ ...page, span })),
    );
    expect(events).toEqual([
      { type: "block-citation", block: 3, citation: page },
      { type: "block-citation", block: 3, citation: page },
      { type: "block-citation", block: 3, citation: { ...page, span: { start: 1, end: 2 } } },
    ]);
    expect(citationEvents(3, 0, [page])).toEqual([]);
  });
});

describe("what a citation leads to", () => {
  it("is a page, or a search result that has an address", () => {
    const found = (foundAt: string): Citation => ({
      quote: "",
      source: { kind: "search-result", index: 0, foundAt, start: 0, end: 1 },
    });
    expect(urlOfCitation(page)).toBe("https://a.example");
    expect(urlOfCitation(found("https://b.example"))).toBe("https://b.example");
    expect(urlOfCitation(found("shelf 3"))).toBeUndefined();
    expect(urlOfCitation({ quote: "", source: { kind: "file", id: "f" } })).toBeUndefined();
  });
});
