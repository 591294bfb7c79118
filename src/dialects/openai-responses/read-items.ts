import type { BlockOpening, ChatEvent, Citation, Proof } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { charactersIn, citationEvents } from "../citations.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { readAnnotation } from "./citations.ts";
import { proofOf, SUMMARY_SEPARATOR, thoughtOf } from "./reasoning.ts";
import { flatName, freeTextArguments } from "./tool-names.ts";

export interface ItemReader {
  /** What an event about an item says; nothing for events of other kinds. */
  read(event: JsonObject): ChatEvent[];
  /** Closes what is still open. */
  close(): ChatEvent[];
  hasCalls(): boolean;
}

type WordKind = "text" | "refusal" | "reasoning";

/** What an item has said so far. */
interface OpenItem {
  block: number | undefined;
  /** Which of its parts is being said; parts of a message are blocks of their own. */
  part: string;
  hasSpoken: boolean;
  /** Characters of the part, and what it cites so far. */
  characters: number;
  citations: Citation[];
}

/**
 * Reads items as they are written. An item's last event repeats all of it, so servers may leave out
 * any event before it.
 */
export function createItemReader(): ItemReader {
  const open = new Map<number, OpenItem>();
  let blockCount = 0;
  let callCount = 0;

  const itemAt = (index: number): OpenItem => {
    const item = open.get(index) ?? newItem();
    open.set(index, item);
    return item;
  };

  const start = (item: OpenItem, opening: BlockOpening): ChatEvent[] => {
    item.block = blockCount++;
    return [{ type: "block-start", block: item.block, opening }];
  };

  const end = (item: OpenItem): ChatEvent[] => {
    const { block, characters, citations } = item;
    item.block = undefined;
    item.characters = 0;
    item.citations = [];
    if (block === undefined) return [];
    return [...citationEvents(block, characters, citations), { type: "block-end", block }];
  };

  const add = (item: OpenItem, text: string): ChatEvent[] => {
    if (text === "" || item.block === undefined) return [];
    item.hasSpoken = true;
    item.characters += charactersIn(text);
    return [{ type: "block-delta", block: item.block, text }];
  };

  const say = (item: OpenItem, kind: WordKind, part: string, text: string): ChatEvent[] => {
    if (text === "") return [];
    const isNewPart = item.block !== undefined && item.part !== part;
    item.part = part;
    if (kind === "reasoning" && isNewPart) return add(item, SUMMARY_SEPARATOR + text);
    const closing = isNewPart ? end(item) : [];
    const opening = item.block === undefined ? start(item, { kind }) : [];
    return [...closing, ...opening, ...add(item, text)];
  };

  const openCall = (item: OpenItem, call: JsonObject): ChatEvent[] => {
    if (item.block !== undefined) return [];
    callCount += 1;
    const name = flatName(textIn(call.name), textIn(call.namespace) || undefined);
    return start(item, { kind: "tool-call", id: textIn(call.call_id), name });
  };

  const finishCall = (item: OpenItem, call: JsonObject, text: string): ChatEvent[] => [
    ...openCall(item, call),
    ...(item.hasSpoken ? [] : add(item, text)),
    ...end(item),
  ];

  const finishThought = (item: OpenItem, thought: JsonObject): ChatEvent[] => {
    const words = item.hasSpoken ? [] : say(item, "reasoning", "", thoughtOf(thought));
    const proof = proofOf(thought);
    return [...words, ...(proof ? prove(item, proof) : []), ...end(item)];
  };

  const prove = (item: OpenItem, proof: Proof): ChatEvent[] => {
    if (item.block === undefined && proof.kind !== "signature")
      return start(item, { kind: "redacted-reasoning", proof });
    const opening = item.block === undefined ? start(item, { kind: "reasoning" }) : [];
    return [...opening, { type: "block-proof", block: item.block ?? blockCount - 1, proof }];
  };

  const cite = (item: OpenItem, annotations: JsonObject[]): void => {
    if (item.block !== undefined) item.citations.push(...annotations.flatMap(readAnnotation));
  };

  const sayPart = (item: OpenItem, part: JsonObject, index: number): ChatEvent[] => {
    if (part.type === "refusal") return say(item, "refusal", `${index}`, textIn(part.refusal));
    const words = say(item, "text", `${index}`, textIn(part.text));
    cite(item, objectsIn(part.annotations));
    return words;
  };

  const finishMessage = (item: OpenItem, message: JsonObject): ChatEvent[] => {
    const parts = objectsIn(message.content);
    const words = item.hasSpoken ? [] : parts.flatMap((part, index) => sayPart(item, part, index));
    // Servers may leave out the events for what the last one repeats.
    if (item.citations.length === 0) cite(item, objectsIn(parts.at(-1)?.annotations));
    return [...words, ...end(item)];
  };

  const finishItem = (item: OpenItem, whole: JsonObject): ChatEvent[] => {
    switch (textIn(whole.type)) {
      case "message":
        return finishMessage(item, whole);
      case "reasoning":
        return finishThought(item, whole);
      case "function_call":
        return finishCall(item, whole, textIn(whole.arguments));
      case "custom_tool_call":
        return finishCall(item, whole, freeTextArguments(textIn(whole.input)));
      default:
        // What the vendor's own tools did is told in the words that follow.
        return [];
    }
  };

  const read = (event: JsonObject): ChatEvent[] => {
    const item = itemAt(Number(event.output_index));
    const text = textIn(event.delta);
    switch (textIn(event.type)) {
      case "response.output_item.added": {
        const added = objectIn(event.item);
        return added.type === "function_call" ? openCall(item, added) : [];
      }
      case "response.output_text.delta":
        return say(item, "text", String(event.content_index), text);
      case "response.output_text.annotation.added":
        cite(item, [objectIn(event.annotation)]);
        return [];
      case "response.refusal.delta":
        return say(item, "refusal", String(event.content_index), text);
      case "response.reasoning_summary_text.delta":
        return say(item, "reasoning", String(event.summary_index), text);
      case "response.reasoning_text.delta":
        return say(item, "reasoning", String(event.content_index), text);
      case "response.function_call_arguments.delta":
        return add(item, text);
      case "response.output_item.done":
        return finishItem(item, objectIn(event.item));
      default:
        return [];
    }
  };

  return {
    read,
    close: () => [...open.values()].flatMap(end),
    hasCalls: () => callCount > 0,
  };
}

function newItem(): OpenItem {
  return { block: undefined, part: "", hasSpoken: false, characters: 0, citations: [] };
}
