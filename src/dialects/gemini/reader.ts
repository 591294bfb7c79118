import type { BlockOpening, ChatEvent, FinishReason, Proof } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject, parseJson } from "../../core/json.ts";
import { charactersIn, citationEvents } from "../citations.ts";
import type { AnswerReader } from "../dialect.ts";
import { failureOf } from "../failure.ts";
import type { Frame } from "../framing/frame.ts";
import { FramingError } from "../framing/frame.ts";
import { unwrapProof } from "../proof-envelope.ts";
import { legalToolId } from "../tool-id.ts";
import { finishOf } from "./finish.ts";
import { groundedIn, spanIn } from "./read-grounding.ts";
import type { Grounded } from "./read-grounding.ts";
import { readGeminiUsage } from "./usage.ts";

export function createGeminiReader(): AnswerReader {
  const answer = openAnswer();
  return {
    read({ data }: Frame) {
      const json = parseJson(data);
      if (!isJsonObject(json)) throw new FramingError("a chunk of the answer is not a JSON object");
      return answer.chunk(json);
    },
    end: answer.end,
  };
}

/** A whole answer is one chunk of the same shape. */
export function readGeminiAnswer(body: Json): ChatEvent[] {
  if (!isJsonObject(body)) throw new FramingError("the answer is not a JSON object");
  const answer = openAnswer();
  const events = [...answer.chunk(body), ...answer.end()];
  const last = events.at(-1);
  if (last?.type === "error") throw new FramingError(last.failure.message);
  return events;
}

/** An answer that is arriving: which block is open, what has been said about its end. */
function openAnswer() {
  const blocks = openBlocks();
  let responseId = "";
  let isStarted = false;
  let isFailed = false;
  let finish: string | undefined;
  /** Told at the end, or again and again; the latest counts. */
  let grounded: Grounded[] = [];

  const start = (chunk: JsonObject): ChatEvent[] => {
    if (isStarted) return [];
    isStarted = true;
    responseId = textIn(chunk.responseId) || randomId();
    return [{ type: "start", id: responseId, model: textIn(chunk.modelVersion) }];
  };

  return {
    chunk(chunk: JsonObject): ChatEvent[] {
      // A keep-alive.
      if (Object.keys(chunk).length === 0) return [];
      if (chunk.error !== undefined) {
        isFailed = true;
        const body = JSON.stringify(chunk);
        return [{ type: "error", failure: failureOf({ status: 0, headers: new Headers(), body }) }];
      }
      const events = start(chunk);
      const candidate = firstCandidate(chunk);
      for (const part of partsOf(candidate)) events.push(...blocks.part(part, responseId));
      const usage = readGeminiUsage(chunk);
      if (usage) events.push({ type: "usage", usage });
      // The last word counts: some models said STOP in every chunk.
      grounded = latest(groundedIn(candidate), grounded);
      finish = textIn(candidate?.finishReason) || blockReason(chunk) || finish;
      return events;
    },
    end(): ChatEvent[] {
      if (isFailed) return [];
      // There is no final frame: the end of the bytes is the end if a reason was given for it.
      if (finish === undefined) return [CUT];
      const reason: FinishReason = finishOf(finish, blocks.calls() > 0);
      return [
        ...blocks.cite(grounded),
        ...blocks.close(),
        { type: "finish", reason },
        { type: "end" },
      ];
    },
  };
}

function latest(found: Grounded[], before: Grounded[]): Grounded[] {
  return found.length > 0 ? found : before;
}

const CUT: ChatEvent = {
  type: "error",
  failure: {
    category: "broken-stream",
    status: 0,
    message: "The upstream's answer stopped before it was finished.",
  },
};

/** Numbers the blocks; Gemini has none, only parts, of which neighbours of a kind belong together. */
function openBlocks() {
  let next = 0;
  let calls = 0;
  let open: "text" | "reasoning" | undefined;
  let said = "";

  const close = (): ChatEvent[] => {
    if (open === undefined) return [];
    open = undefined;
    return [{ type: "block-end", block: next - 1 }];
  };
  const whole = (opening: BlockOpening, said: { text?: string; proof?: Proof }): ChatEvent[] => {
    const events = close();
    const block = next++;
    const { text = "", proof } = said;
    events.push({ type: "block-start", block, opening });
    if (text !== "") events.push({ type: "block-delta", block, text });
    if (proof) events.push({ type: "block-proof", block, proof });
    return [...events, { type: "block-end", block }];
  };
  const more = (kind: "text" | "reasoning", text: string): ChatEvent[] => {
    if (text === "") return [];
    const events: ChatEvent[] = [];
    if (open !== kind) {
      events.push(...close(), { type: "block-start", block: next++, opening: { kind } });
      open = kind;
      said = "";
    }
    said += text;
    return [...events, { type: "block-delta", block: next - 1, text }];
  };

  /** A thought of which only the proof is left. Other vendors sign even one without words. */
  const wordless = (proof: Proof): ChatEvent[] =>
    isGoogles(proof) || proof.kind !== "signature"
      ? whole({ kind: "redacted-reasoning", proof }, {})
      : whole({ kind: "reasoning" }, { proof });

  /**
   * Words are signed too, but nobody has to bring that signature back. It is kept where it can stand
   * before them: clients who take the last block for the answer must find the words there.
   */
  const proofOfWords = (text: string, proof: Proof | undefined): ChatEvent[] =>
    proof && text !== "" && open !== "text" ? wordless(proof) : [];

  const call = (called: JsonObject, proof: Proof | undefined, responseId: string): ChatEvent[] => {
    // They come only to those who ask for them, which providers see to that nobody does.
    if (called.partialArgs !== undefined) throw new FramingError("a function call came in pieces");
    const name = textIn(called.name);
    // A nameless call closes one whose arguments were streamed.
    if (name === "") return [];
    const id = legalToolId(textIn(called.id) || `call_${responseId}_${calls}`);
    calls += 1;
    const opening = { kind: "tool-call" as const, id, name };
    const said = { text: JSON.stringify(called.args ?? {}) };
    if (!proof) return whole(opening, said);
    return isGoogles(proof)
      ? whole({ ...opening, proof }, said)
      : [...wordless(proof), ...whole(opening, said)];
  };

  const thought = (text: string, proof: Proof | undefined): ChatEvent[] => {
    const events = more("reasoning", text);
    if (!proof) return events;
    if (open !== "reasoning") return wordless(proof);
    // A signature ends its thought.
    return [...events, { type: "block-proof", block: next - 1, proof }, ...close()];
  };

  /** What is cited after its block has ended, because calls followed it, has lost its place. */
  const cite = (grounded: readonly Grounded[]): ChatEvent[] => {
    if (open !== "text") return [];
    const citations = grounded.flatMap((one) => {
      const span = spanIn(said, one);
      return span ? [{ ...one.citation, span }] : [];
    });
    return citationEvents(next - 1, charactersIn(said), citations);
  };

  return {
    close,
    cite,
    calls: () => calls,
    part(part: JsonObject, responseId: string): ChatEvent[] {
      const proof = proofOf(part);
      if (isJsonObject(part.functionCall)) return call(part.functionCall, proof, responseId);
      const text = textIn(part.text);
      if (part.thought === true) return thought(text, proof);
      return [...proofOfWords(text, proof), ...more("text", text)];
    },
  };
}

/** Google's own, or another vendor's that travels in Google's place for it. */
function proofOf({ thoughtSignature }: JsonObject): Proof | undefined {
  const data = textIn(thoughtSignature);
  return data === "" ? undefined : unwrapProof(data, "google");
}

function isGoogles({ issuer }: Proof): boolean {
  return issuer === "google";
}

function firstCandidate(chunk: JsonObject): JsonObject | undefined {
  const candidate = Array.isArray(chunk.candidates) ? chunk.candidates[0] : undefined;
  return isJsonObject(candidate) ? candidate : undefined;
}

function partsOf(candidate: JsonObject | undefined): JsonObject[] {
  const content = isJsonObject(candidate?.content) ? candidate.content : {};
  return Array.isArray(content.parts) ? content.parts.filter(isJsonObject) : [];
}

/** A prompt that was blocked has no candidates at all, and no finish reason. */
function blockReason({ promptFeedback }: JsonObject): string {
  return isJsonObject(promptFeedback) ? textIn(promptFeedback.blockReason) : "";
}

function textIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Only for an answer that names no id of its own: call ids are made from it and must not repeat. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
}
