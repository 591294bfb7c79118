import type {
  BlockOpening,
  ChatEvent,
  Citation,
  FinishReason,
  Proof,
  Usage,
} from "../../src/core/chat.ts";
import { parseJson } from "../../src/core/json.ts";
import { collectAnswer } from "../../src/dialects/collect.ts";

/** What an answer says, without how it was cut into events. */
export interface Summary {
  finish: FinishReason;
  stopSequence?: string;
  usage?: Usage;
  blocks: SummaryBlock[];
}

export interface SummaryBlock {
  kind: BlockOpening["kind"];
  text?: string;
  id?: string;
  name?: string;
  arguments?: unknown;
  proof?: Proof;
  citations?: Citation[];
}

export function summaryOf(events: readonly ChatEvent[]): Summary {
  const { finish, stopSequence, usage, blocks } = collectAnswer(events);
  return {
    finish,
    stopSequence,
    usage,
    blocks: blocks.map(({ opening, text, proof, citations }) =>
      opening.kind === "tool-call"
        ? {
            kind: opening.kind,
            id: opening.id,
            name: opening.name,
            arguments: parseJson(text || "{}"),
            proof,
          }
        : {
            kind: opening.kind,
            text: text || undefined,
            proof,
            ...(citations.length > 0 ? { citations } : {}),
          },
    ),
  };
}

/** Complaints about the order of events; none when it keeps every promise of `ChatEvent`. */
export function disorderOf(events: readonly ChatEvent[]): string[] {
  const complaints: string[] = [];
  const open = new Set<number>();
  let next = 0;
  let finishes = 0;
  for (const [index, event] of events.entries()) {
    switch (event.type) {
      case "start":
        if (index !== 0) complaints.push("start is not first");
        break;
      case "block-start":
        if (event.block !== next++) complaints.push(`block ${event.block} is out of order`);
        open.add(event.block);
        break;
      case "block-delta":
      case "block-proof":
      case "block-citation":
        if (!open.has(event.block)) complaints.push(`block ${event.block} is not open`);
        if (event.type === "block-delta" && event.text === "") complaints.push("an empty delta");
        break;
      case "block-end":
        if (!open.delete(event.block)) complaints.push(`block ${event.block} ends twice`);
        break;
      case "finish":
        finishes += 1;
        if (open.size > 0) complaints.push("finish comes before the last block has ended");
        break;
      case "end":
        if (index !== events.length - 1) complaints.push("end is not last");
        if (finishes !== 1) complaints.push(`${finishes} finishes`);
        break;
      case "usage":
      case "ping":
      case "error":
        break;
    }
  }
  return complaints;
}
