import type { ChatEvent } from "../../core/chat.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectIn, textIn } from "../lenient.ts";
import { proofOfCall } from "./reasoning.ts";

interface OpenCall {
  block: number;
  id: string;
  index: number | undefined;
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

  return {
    read(fragment, answerId) {
      const called = objectIn(fragment.function);
      const name = textIn(called.name);
      const index = typeof fragment.index === "number" ? fragment.index : undefined;
      const id = textIn(fragment.id);
      const known = find(id, index, name);
      const call = known ?? { block: nextBlock(), id: id || mintId(answerId, calls.length), index };
      if (!known) calls.push(call);
      const { block } = call;
      const proof = proofOfCall(fragment);
      const opening = { kind: "tool-call" as const, id: call.id, name, proof };
      const text = textOfArguments(called);
      return [
        ...(known ? [] : [{ type: "block-start" as const, block, opening }]),
        ...(text === "" ? [] : [{ type: "block-delta" as const, block, text }]),
      ];
    },
    close: () => calls.map(({ block }) => ({ type: "block-end", block })),
    count: () => calls.length,
  };
}

/** Text, but some servers send the object it stands for. */
function textOfArguments({ arguments: value }: JsonObject): string {
  return isJsonObject(value) ? JSON.stringify(value) : textIn(value);
}

/** Ids must differ between the answers of a conversation, so the answer's own id goes in. */
function mintId(answerId: string, position: number): string {
  return `call_${answerId.replaceAll(/[^a-zA-Z0-9]/g, "").slice(-24)}_${position}`;
}
