import type { ChatEvent, Citation, FinishReason, Usage } from "../../src/core/chat.ts";

const usage: Usage = {
  inputTokens: 5617,
  cacheReadTokens: 4096,
  cacheWrite5mTokens: 500,
  cacheWrite1hTokens: 1000,
  outputTokens: 117,
  reasoningTokens: 44,
};

const START: ChatEvent = { type: "start", id: "answer-1", model: "vendor-model" };

function words(block: number, kind: "text" | "refusal", text: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind } },
    ...[...text].map((letter): ChatEvent => ({ type: "block-delta", block, text: letter })),
    { type: "block-end", block },
  ];
}

/** Words that lean on these, some of which were told before the first word. */
function cited(block: number, text: string, citations: Citation[], early = 0): ChatEvent[] {
  const [start, ...rest] = words(block, "text", text);
  const told = citations.map((citation): ChatEvent => ({
    type: "block-citation",
    block,
    citation,
  }));
  return start === undefined
    ? []
    : [
        start,
        ...told.slice(0, early),
        ...rest.slice(0, -1),
        ...told.slice(early),
        ...rest.slice(-1),
      ];
}

const PAGE: Citation = {
  quote: "",
  title: "Tōkyō",
  source: { kind: "web", url: "https://example.com/tokyo?q=1" },
};

const FOUND: Citation = {
  quote: "Edo became Tōkyō.",
  title: "Names",
  source: {
    kind: "search-result",
    index: 1,
    foundAt: "https://example.com/names",
    start: 0,
    end: 2,
  },
};

function call(block: number, id: string, text: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "tool-call", id, name: "look" } },
    ...(text === "" ? [] : [{ type: "block-delta" as const, block, text }]),
    { type: "block-end", block },
  ];
}

function thought(block: number, text: string, data: string): ChatEvent[] {
  return [
    { type: "block-start", block, opening: { kind: "reasoning" } },
    ...(text === "" ? [] : [{ type: "block-delta" as const, block, text }]),
    { type: "block-proof", block, proof: { issuer: "anthropic", kind: "signature", data } },
    { type: "block-end", block },
  ];
}

function ending(reason: FinishReason): ChatEvent[] {
  return [{ type: "usage", usage }, { type: "finish", reason }, { type: "end" }];
}

/** Answers every grammar can carry to its caller and back without loss. */
export const ANSWERS: { name: string; events: ChatEvent[] }[] = [
  {
    name: "words",
    events: [START, ...words(0, "text", 'line one\nline "two" 東京 🗼'), ...ending("stop")],
  },
  {
    name: "counts after the reason to stop",
    events: [
      START,
      ...words(0, "text", "a"),
      { type: "finish", reason: "length" },
      { type: "usage", usage },
      { type: "end" },
    ],
  },
  {
    name: "thoughts, words and calls",
    events: [
      START,
      ...thought(0, "hm", "c2ln"),
      ...words(1, "text", "so"),
      ...call(2, "call_1", '{"at": [1, {"b": null}]}'),
      ...call(3, "call_2", ""),
      ...ending("tool-calls"),
    ],
  },
  {
    name: "two thoughts, the first without words",
    events: [
      START,
      ...thought(0, "", "Zmlyc3Q="),
      ...thought(1, "second", "c2Vjb25k"),
      ...words(2, "text", "."),
      ...ending("stop"),
    ],
  },
  {
    name: "redacted thoughts",
    events: [
      START,
      {
        type: "block-start",
        block: 0,
        opening: {
          kind: "redacted-reasoning",
          proof: { issuer: "anthropic", kind: "redacted", data: "RW13" },
        },
      },
      { type: "block-end", block: 0 },
      ...words(1, "text", "done"),
      ...ending("stop"),
    ],
  },
  {
    name: "another vendor's proof",
    events: [
      START,
      { type: "block-start", block: 0, opening: { kind: "reasoning" } },
      { type: "block-delta", block: 0, text: "hm" },
      {
        type: "block-proof",
        block: 0,
        proof: { issuer: "google", kind: "signature", data: "Q2h4" },
      },
      { type: "block-end", block: 0 },
      ...words(1, "text", "done"),
      ...ending("stop"),
    ],
  },
  {
    name: "an answer the vendor filtered",
    events: [START, ...words(0, "text", "Half a"), ...ending("content-filter")],
  },
  {
    name: "a page of the web",
    events: [START, ...cited(0, "東京 🗼 is the capital.", [PAGE]), ...ending("stop")],
  },
  {
    name: "several sources, told before the words and after them",
    events: [
      START,
      ...thought(0, "hm", "c2ln"),
      ...cited(
        1,
        "東京 🗼 is the capital. It was Edo.",
        [
          { ...PAGE, span: { start: 0, end: 20 } },
          { ...PAGE, title: undefined, source: { kind: "web", url: "https://example.com/2" } },
          { ...FOUND, span: { start: 21, end: 32 } },
          {
            quote: "a shelf",
            title: "Shelf",
            source: { kind: "search-result", index: 0, foundAt: "shelf 3", start: 1, end: 2 },
          },
          {
            quote: "the capital",
            title: "Atlas",
            source: { kind: "document", index: 2, unit: "character", start: 7, end: 18 },
          },
          { quote: "p", source: { kind: "document", index: 0, unit: "page", start: 1, end: 2 } },
          { quote: "b", source: { kind: "document", index: 1, unit: "piece", start: 0, end: 1 } },
          { quote: "", title: "notes.pdf", source: { kind: "file", id: "file-1" } },
          {
            quote: "",
            title: "plot.png",
            span: { start: 3, end: 5 },
            source: { kind: "file", id: "file-2", containerId: "box-1" },
          },
        ],
        2,
      ),
      ...ending("stop"),
    ],
  },
  { name: "no words at all", events: [START, ...ending("stop")] },
];

/** Two calls written alternately, and words after them. */
export const INTERLEAVED: ChatEvent[] = [
  START,
  { type: "block-start", block: 0, opening: { kind: "tool-call", id: "call_1", name: "look" } },
  { type: "block-start", block: 1, opening: { kind: "tool-call", id: "call_2", name: "look" } },
  { type: "block-delta", block: 1, text: '{"b":' },
  { type: "block-delta", block: 0, text: '{"a":' },
  { type: "block-delta", block: 1, text: "2}" },
  { type: "block-delta", block: 0, text: "1}" },
  { type: "block-end", block: 1 },
  { type: "block-end", block: 0 },
  ...words(2, "text", "after"),
  ...ending("tool-calls"),
];
