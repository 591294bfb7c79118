import type { BlockOpening, ChatEvent, Citation } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { charactersIn, citationEvents } from "../citations.ts";
import { objectIn, objectsIn, textIn } from "../lenient.ts";
import { citedWords, readCitation } from "./citations.ts";
import type { CitedWords } from "./citations.ts";

export interface BlockReader {
  /** What an event about a block says; nothing for events of other kinds. */
  read(event: JsonObject): ChatEvent[];
  /** Closes what is still open. */
  close(): ChatEvent[];
  hasCalls(): boolean;
}

type WordKind = "reasoning" | CitedWords;

interface OpenWords {
  kind: WordKind;
  block: number;
  characters: number;
  citations: Citation[];
}

/**
 * Follows the blocks of an answer. Words stay open after their own end, because what they cite may be
 * told only then; the next block ends them, or the answer.
 */
export function createBlockReader(): BlockReader {
  /** The vendor's index of a call → our block. */
  const calls = new Map<Json | undefined, number>();
  let blockCount = 0;
  let callCount = 0;
  let open: OpenWords | undefined;

  const begin = (opening: BlockOpening): ChatEvent => ({
    type: "block-start",
    block: blockCount++,
    opening,
  });

  const closeWords = (): ChatEvent[] => {
    const closed = open;
    open = undefined;
    if (!closed) return [];
    const { block, characters, citations } = closed;
    return [...citationEvents(block, characters, citations), { type: "block-end", block }];
  };

  const say = (kind: WordKind, text: string): ChatEvent[] => {
    if (text === "") return [];
    const events: ChatEvent[] = [];
    if (open?.kind !== kind) {
      events.push(...closeWords(), begin({ kind: kind === "plan" ? "text" : kind }));
      open = { kind, block: blockCount - 1, characters: 0, citations: [] };
    }
    open.characters += charactersIn(text);
    return [...events, { type: "block-delta", block: open.block, text }];
  };

  const openCall = (index: Json | undefined, call: JsonObject): ChatEvent[] => {
    const called = objectIn(call.function);
    const closing = closeWords();
    const opening = begin({ kind: "tool-call", id: textIn(call.id), name: textIn(called.name) });
    callCount += 1;
    calls.set(index, blockCount - 1);
    return [...closing, opening, ...addArguments(index, called)];
  };

  /** A call without arguments says `null`. */
  const addArguments = (index: Json | undefined, { arguments: value }: JsonObject): ChatEvent[] => {
    const block = calls.get(index);
    const text = textIn(value);
    const isNothing = block === undefined || text === "" || text === "null";
    return isNothing ? [] : [{ type: "block-delta", block, text }];
  };

  const closeCall = (index: Json | undefined): ChatEvent[] => {
    const block = calls.get(index);
    calls.delete(index);
    return block === undefined ? [] : [{ type: "block-end", block }];
  };

  const cite = (citation: JsonObject): void => {
    if (open && open.kind === citedWords(citation)) open.citations.push(...readCitation(citation));
  };

  return {
    close: () => [...closeWords(), ...[...calls.keys()].flatMap(closeCall)],
    hasCalls: () => callCount > 0,
    read(event) {
      const { index } = event;
      const { content, tool_plan: plan, tool_calls, citations } = messageOf(event);
      switch (textIn(event.type)) {
        case "content-start":
        case "content-delta": {
          const { thinking, text } = objectIn(content);
          return [...say("reasoning", textIn(thinking)), ...say("text", textIn(text))];
        }
        case "tool-plan-delta":
          return say("plan", textIn(plan));
        case "tool-call-start":
          return openCall(index, onlyOf(tool_calls));
        case "tool-call-delta":
          return addArguments(index, objectIn(onlyOf(tool_calls).function));
        case "tool-call-end":
          return closeCall(index);
        case "citation-start":
          cite(onlyOf(citations));
          return [];
        default:
          // Ends that are told otherwise, and events that are yet to be invented.
          return [];
      }
    },
  };
}

function messageOf({ delta }: JsonObject): JsonObject {
  return objectIn(objectIn(delta).message);
}

/** One thing under a name for many; older servers write a list. */
function onlyOf(value: Json | undefined): JsonObject {
  return objectsIn(value)[0] ?? objectIn(value);
}
