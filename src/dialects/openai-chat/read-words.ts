import type { ChatEvent, Citation, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { charactersIn, citationEvents } from "../citations.ts";
import { citationsByMark } from "./citations.ts";
import type { MessageCitation } from "./citations.ts";
import { proofOfDetail, textOfDetail } from "./reasoning.ts";

type WordKind = "text" | "reasoning" | "refusal";

export interface WordReader {
  say(kind: WordKind, text: string): ChatEvent[];
  /** One of `reasoning_details`; `hasWords` when the same delta also has the thought as plain words. */
  readDetail(detail: JsonObject, hasWords: boolean): ChatEvent[];
  /** Of the words that are being said. */
  cite(citation: MessageCitation): void;
  /** What the words' marks point at; the latest list counts. */
  listSources(sources: Citation[]): void;
  close(): ChatEvent[];
}

/** Finds the blocks of words: one ends where words of another kind begin. */
export function createWordReader(nextBlock: () => number): WordReader {
  let open: { kind: WordKind; block: number; isBlank: boolean } | undefined;
  let sources: Citation[] = [];
  let cited: Citation[] = [];
  /** The text being said: annotations count over all texts, marks are looked for in this one. */
  let text = "";
  let offset = 0;

  const close = (): ChatEvent[] => {
    const closed = open;
    open = undefined;
    if (!closed) return [];
    const citations = closed.kind === "text" ? citationsOf(closed.block) : [];
    return [...citations, { type: "block-end", block: closed.block }];
  };

  const citationsOf = (block: number): ChatEvent[] => {
    const characters = charactersIn(text);
    const found = cited.length > 0 ? cited : citationsByMark(text, sources);
    const events = citationEvents(block, characters, found);
    offset += characters;
    text = "";
    cited = [];
    return events;
  };

  const cite = ({ span, ...rest }: MessageCitation): void => {
    if (open?.kind !== "text") return;
    const { start, end } = span;
    cited.push({ span: { start: start - offset, end: end - offset }, ...rest });
  };

  /** The block these words belong to, and the events it took to open it. */
  const openFor = (kind: WordKind): { block: number; events: ChatEvent[] } => {
    if (open?.kind === kind) return { block: open.block, events: [] };
    const closing = close();
    const block = nextBlock();
    open = { kind, block, isBlank: true };
    return { block, events: [...closing, { type: "block-start", block, opening: { kind } }] };
  };

  const say = (kind: WordKind, words: string): ChatEvent[] => {
    if (words === "") return [];
    const { block, events } = openFor(kind);
    if (open) open.isBlank = false;
    if (kind === "text") text += words;
    return [...events, { type: "block-delta", block, text: words }];
  };

  /** A signature completes a thought. */
  const sign = (proof: Proof): ChatEvent[] => {
    const { block, events } = openFor("reasoning");
    return [...events, { type: "block-proof", block, proof }, ...close()];
  };

  const redact = (proof: Proof): ChatEvent[] => {
    const closing = close();
    const block = nextBlock();
    const opening = { kind: "redacted-reasoning" as const, proof };
    return [...closing, { type: "block-start", block, opening }, { type: "block-end", block }];
  };

  const readDetail = (detail: JsonObject, hasWords: boolean): ChatEvent[] => {
    const proof = proofOfDetail(detail);
    if (proof && proof.kind !== "signature") return redact(proof);
    // A signed detail often repeats, whole, what was streamed as plain words.
    const wasStreamed = proof !== undefined && open?.kind === "reasoning" && !open.isBlank;
    const words = hasWords || wasStreamed ? [] : say("reasoning", textOfDetail(detail));
    return [...words, ...(proof ? sign(proof) : [])];
  };

  return { say, readDetail, close, cite, listSources: (list) => void (sources = list) };
}
