import type { ChatEvent } from "../core/chat.ts";

export type BlockEvent = Extract<ChatEvent, { block: number }>;

export interface BlockSequencer {
  /** The events that may be written now. */
  push(event: BlockEvent): BlockEvent[];
  /** Everything still held back, with every block closed. */
  flush(): BlockEvent[];
}

/**
 * Puts blocks one after the other. Some upstreams write several tool calls at once; grammars that
 * forbid it get the first as it comes, and the later ones when it has closed.
 */
export function createBlockSequencer(): BlockSequencer {
  let current: number | undefined;
  let waiting: BlockEvent[] = [];

  const advance = (): BlockEvent[] => {
    current = waiting[0]?.block;
    const ready = waiting.filter((event) => event.block === current);
    waiting = waiting.filter((event) => event.block !== current);
    return ready.at(-1)?.type === "block-end" ? [...ready, ...advance()] : ready;
  };

  return {
    push(event) {
      if (current === undefined && event.type === "block-start") current = event.block;
      if (event.block !== current) {
        waiting.push(event);
        return [];
      }
      return event.type === "block-end" ? [event, ...advance()] : [event];
    },
    flush() {
      const events: BlockEvent[] = [];
      while (current !== undefined) {
        events.push({ type: "block-end", block: current }, ...advance());
      }
      return events;
    },
  };
}
