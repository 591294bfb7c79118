import type { ChatEvent, Usage } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { EndingKind } from "../core/record.ts";
import type { Units } from "../core/units.ts";

/** How a call ended. Whatever happened, exactly one of these is settled. */
export interface Outcome {
  ending: Exclude<EndingKind, "unsettled">;
  statusCode: number;
  errorCode: ErrorCode | null;
  deployment: Deployment | undefined;
  attempts: number;
  observed: Observed;
  /** The answer's text, only ever kept where the operator switched message logging on. */
  response: unknown;
  /** A remembered answer; no vendor was asked. */
  fromCache?: boolean;
}

/** What was seen of an answer as it went by. */
export interface Observed {
  responseId: string | null;
  firstTokenAtMs: number | null;
  /** The vendor's latest word on usage. */
  usage: Usage | undefined;
  /**
   * `usage` is the vendor's last word: the answer has its finish reason, and counts came with it.
   * Anthropic counts the prompt at the start and Gemini counts in every chunk; neither is a bill.
   */
  usageIsFinal: boolean;
  /** Pictures, seconds and whatever else is charged beside tokens. */
  units?: Units;
  /** UTF-16 units of text, thoughts and arguments that came; each token has at least one. */
  outputCharacters: number;
  /** The beginning of the answer's words, kept only where the operator switched message logging on. */
  text: string;
  finished: boolean;
  /** A filter ended it, or the vendor says itself that it makes no sense. */
  isSpoiled?: boolean;
}

export const NOTHING_OBSERVED: Observed = {
  responseId: null,
  firstTokenAtMs: null,
  usage: undefined,
  usageIsFinal: false,
  outputCharacters: 0,
  text: "",
  finished: false,
};

/** Reads events as they pass. */
export interface Observer {
  see(event: ChatEvent): void;
  result(): Observed;
}

export function createObserver(nowMs: () => number, keepsText: boolean): Observer {
  const seen: Observed = { ...NOTHING_OBSERVED };
  const wordBlocks = new Set<number>();
  let counted = false;
  let finishing = false;
  return {
    see(event) {
      switch (event.type) {
        case "start":
          seen.responseId = event.id || null;
          // Anthropic counts the prompt when it starts; OpenAI says nothing before the end.
          seen.usage = event.usage ?? seen.usage;
          return;
        case "block-delta":
          seen.firstTokenAtMs ??= nowMs();
          seen.outputCharacters += event.text.length;
          if (keepsText && wordBlocks.has(event.block) && seen.text.length < TEXT_CHARACTERS_MAX) {
            seen.text += event.text;
          }
          return;
        case "block-start":
        case "block-proof":
          if (event.type === "block-start" && event.opening.kind === "text") {
            wordBlocks.add(event.block);
          }
          if (event.type === "block-proof" || event.opening.kind === "tool-call") {
            seen.firstTokenAtMs ??= nowMs();
          }
          return;
        case "usage":
          seen.usage = event.usage;
          counted = true;
          return;
        case "finish":
          finishing = true;
          if (event.reason === "content-filter" || event.reason === "malformed") {
            seen.isSpoiled = true;
          }
          return;
        case "end":
          seen.finished = true;
          return;
        case "block-citation":
        case "block-end":
        case "ping":
        case "error":
          return;
      }
    },
    result: () => ({ ...seen, usageIsFinal: counted && finishing }),
  };
}

/** What is seen of an answer, or of its beginning, that is all there. */
export function observeAll(events: readonly ChatEvent[], nowMs: () => number): Observed {
  const observer = createObserver(nowMs, false);
  for (const event of events) observer.see(event);
  return observer.result();
}

/** What sinks keep of a text at most; no more is gathered. */
const TEXT_CHARACTERS_MAX = 10_000;
