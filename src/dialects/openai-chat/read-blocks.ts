import type { ChatEvent, Proof } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { proofOfCall, proofOfDetail, textOfDetail, wordsOf } from "./reasoning.ts";

type WordKind = "text" | "reasoning" | "refusal";

interface OpenCall {
  block: number;
  id: string;
  index: number | undefined;
}

export interface BlockReader {
  /** What this delta adds. `answerId` makes ids for calls that come without one. */
  read(delta: JsonObject, answerId: string): ChatEvent[];
  close(): ChatEvent[];
  hasCalls(): boolean;
  isEmpty(): boolean;
}

/** Finds the blocks in deltas, which do not say where one begins or ends. */
export function createBlockReader(): BlockReader {
  let next = 0;
  let open: { kind: WordKind; block: number; isBlank: boolean } | undefined;
  const calls: OpenCall[] = [];

  const closeWords = (): ChatEvent[] => {
    const closed = open;
    open = undefined;
    return closed ? [{ type: "block-end", block: closed.block }] : [];
  };

  const openWords = (kind: WordKind): ChatEvent[] => {
    if (open?.kind === kind) return [];
    const closing = closeWords();
    open = { kind, block: next++, isBlank: true };
    return [...closing, { type: "block-start", block: open.block, opening: { kind } }];
  };

  const say = (kind: WordKind, text: string): ChatEvent[] => {
    if (text === "") return [];
    const opening = openWords(kind);
    if (!open) return opening;
    open.isBlank = false;
    return [...opening, { type: "block-delta", block: open.block, text }];
  };

  /** A signature completes a thought. */
  const sign = (proof: Proof): ChatEvent[] => {
    const opening = openWords("reasoning");
    const block = open?.block ?? next;
    return [...opening, { type: "block-proof", block, proof }, ...closeWords()];
  };

  const readDetail = (detail: JsonObject, hasWords: boolean): ChatEvent[] => {
    const proof = proofOfDetail(detail);
    if (proof && proof.kind !== "signature") {
      const closing = closeWords();
      const block = next++;
      const opening = { kind: "redacted-reasoning" as const, proof };
      return [...closing, { type: "block-start", block, opening }, { type: "block-end", block }];
    }
    // The details often repeat, whole, what was streamed as plain words.
    const isRepeated =
      hasWords || (proof !== undefined && open?.kind === "reasoning" && !open.isBlank);
    return [
      ...(isRepeated ? [] : say("reasoning", textOfDetail(detail))),
      ...(proof ? sign(proof) : []),
    ];
  };

  const findCall = (id: string, index: number | undefined, name: string): OpenCall | undefined => {
    const sameId = id === "" ? undefined : calls.find((call) => call.id === id);
    if (sameId) return sameId;
    // Google's compatible surface gives every parallel call index 0 and its own id.
    if (id !== "" && name !== "") return undefined;
    return index === undefined ? calls.at(-1) : calls.findLast((call) => call.index === index);
  };

  const readCall = (fragment: JsonObject, answerId: string): ChatEvent[] => {
    const called = objectIn(fragment.function);
    const id = textIn(fragment.id);
    const name = textIn(called.name);
    const index = typeof fragment.index === "number" ? fragment.index : undefined;
    let call = findCall(id, index, name);
    const events: ChatEvent[] = [];
    if (!call) {
      call = { block: next++, id: id || mintId(answerId, calls.length), index };
      calls.push(call);
      const opening = {
        kind: "tool-call" as const,
        id: call.id,
        name,
        proof: proofOfCall(fragment),
      };
      events.push(...closeWords(), { type: "block-start", block: call.block, opening });
    }
    const text = isJsonObject(called.arguments)
      ? JSON.stringify(called.arguments)
      : textIn(called.arguments);
    if (text !== "") events.push({ type: "block-delta", block: call.block, text });
    return events;
  };

  return {
    read(delta, answerId) {
      const words = wordsOf(delta);
      return [
        ...say("reasoning", words),
        ...objectsIn(delta.reasoning_details).flatMap((detail) => readDetail(detail, words !== "")),
        ...objectsIn(delta.content).flatMap((part) =>
          part.type === "thinking"
            ? say("reasoning", thoughtOf(part))
            : say("text", textIn(part.text)),
        ),
        ...say("text", textIn(delta.content)),
        ...say("refusal", textIn(delta.refusal)),
        ...objectsIn(delta.tool_calls).flatMap((fragment) => readCall(fragment, answerId)),
      ];
    },
    close() {
      const ends = calls.map((call) => ({ type: "block-end" as const, block: call.block }));
      return [...closeWords(), ...ends];
    },
    hasCalls: () => calls.length > 0,
    isEmpty: () => next === 0,
  };
}

/** Mistral's thoughts: a content part that holds text parts. */
function thoughtOf(part: JsonObject): string {
  return (
    textIn(part.thinking) ||
    objectsIn(part.thinking)
      .map((inner) => textIn(inner.text))
      .join("")
  );
}

/** Ids must differ between the answers of a conversation, so the answer's own id goes in. */
function mintId(answerId: string, position: number): string {
  return `call_${answerId.replaceAll(/[^a-zA-Z0-9]/g, "").slice(-24)}_${position}`;
}
