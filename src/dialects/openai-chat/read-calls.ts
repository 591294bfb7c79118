import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn, textIn } from "../lenient.ts";
import { proofOfCall } from "./reasoning.ts";

interface OpenCall {
  block: number;
  id: string;
  index: number | undefined;
  /** Its arguments are free text, which is written as the member of an object. */
  isCustom: boolean;
}

export interface CallReader {
  /** What this fragment of a call adds. `answerId` makes an id for a call that comes without one. */
  read(fragment: JsonObject, answerId: string): ChatEvent[];
  close(): ChatEvent[];
  count(): number;
}

/** Finds the tool calls in their fragments. Calls stay open to the end: they may be written alternately. */
export function createCallReader(nextBlock: () => number): CallReader {
  const calls: OpenCall[] = [];

  const find = (id: string, index: number | undefined, name: string): OpenCall | undefined => {
    const sameId = id === "" ? undefined : calls.find((call) => call.id === id);
    if (sameId) return sameId;
    // Google's compatible surface gives every parallel call index 0 and its own id.
    if (id !== "" && name !== "") return undefined;
    return index === undefined ? calls.at(-1) : calls.findLast((call) => call.index === index);
  };

  const open = (fragment: JsonObject, id: string, index: number | undefined): OpenCall => {
    const isCustom = isJsonObject(fragment.custom);
    const call = { block: nextBlock(), id, index, isCustom };
    calls.push(call);
    return call;
  };

  return {
    read(fragment, answerId) {
      const called = objectIn(fragment.custom ?? fragment.function);
      const name = textIn(called.name);
      const index = typeof fragment.index === "number" ? fragment.index : undefined;
      const id = textIn(fragment.id);
      const known = find(id, index, name);
      const call = known ?? open(fragment, id || mintId(answerId, calls.length), index);
      const { block } = call;
      const proof = proofOfCall(fragment);
      const opening = { kind: "tool-call" as const, id: call.id, name, proof };
      const text = call.isCustom ? escaped(textIn(called.input)) : textOfArguments(called);
      return [
        ...(known ? [] : [{ type: "block-start" as const, block, opening }]),
        ...(known || !call.isCustom ? [] : deltaEvents(block, FREE_TEXT_BEGINS)),
        ...deltaEvents(block, text),
      ];
    },
    close: () =>
      calls.flatMap(({ block, isCustom }) => [
        ...(isCustom ? deltaEvents(block, FREE_TEXT_ENDS) : []),
        { type: "block-end", block },
      ]),
    count: () => calls.length,
  };
}

function deltaEvents(block: number, text: string): ChatEvent[] {
  return text === "" ? [] : [{ type: "block-delta", block, text }];
}

/** Arguments are an object's text, so free text is put into one piece by piece. */
const FREE_TEXT_BEGINS = '{"input":"';
const FREE_TEXT_ENDS = '"}';

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Text, but some servers send the object it stands for. */
function textOfArguments({ arguments: value }: JsonObject): string {
  return isJsonObject(value) ? JSON.stringify(value) : textIn(value);
}

/** Ids must differ between the answers of a conversation, so the answer's own id goes in. */
function mintId(answerId: string, position: number): string {
  return `call_${answerId.replaceAll(/[^a-zA-Z0-9]/g, "").slice(-24)}_${position}`;
}
