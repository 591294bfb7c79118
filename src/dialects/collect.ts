import type {
  BlockOpening,
  ChatEvent,
  Citation,
  FinishReason,
  Proof,
  Usage,
} from "../core/chat.ts";

/** A whole answer: what its events said, put together. */
export interface CollectedAnswer {
  id: string;
  model: string;
  blocks: CollectedBlock[];
  usage: Usage | undefined;
  finish: FinishReason;
  stopSequence: string | undefined;
}

export interface CollectedBlock {
  opening: BlockOpening;
  text: string;
  proof: Proof | undefined;
  citations: Citation[];
}

export function collectAnswer(events: readonly ChatEvent[]): CollectedAnswer {
  const blocks = new Map<number, CollectedBlock>();
  const answer: CollectedAnswer = {
    id: "",
    model: "",
    blocks: [],
    usage: undefined,
    finish: "stop",
    stopSequence: undefined,
  };
  for (const event of events) collectEvent(event, answer, blocks);
  answer.blocks = [...blocks.values()];
  return answer;
}

function collectEvent(
  event: ChatEvent,
  answer: CollectedAnswer,
  blocks: Map<number, CollectedBlock>,
): void {
  switch (event.type) {
    case "start":
      answer.id = event.id;
      answer.model = event.model;
      answer.usage = event.usage;
      return;
    case "block-start":
      blocks.set(event.block, {
        opening: event.opening,
        text: "",
        proof: proofOf(event.opening),
        citations: [],
      });
      return;
    case "block-delta": {
      const block = blocks.get(event.block);
      if (block) block.text += event.text;
      return;
    }
    case "block-proof": {
      const block = blocks.get(event.block);
      if (block) block.proof = event.proof;
      return;
    }
    case "block-citation":
      blocks.get(event.block)?.citations.push(event.citation);
      return;
    case "usage":
      answer.usage = event.usage;
      return;
    case "finish":
      answer.finish = event.reason;
      answer.stopSequence = event.stopSequence;
      return;
    case "block-end":
    case "ping":
    case "error":
    case "end":
      return;
  }
}

function proofOf(opening: BlockOpening): Proof | undefined {
  return "proof" in opening ? opening.proof : undefined;
}
