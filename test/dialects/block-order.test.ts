import { describe, expect, it } from "vitest";
import { createBlockSequencer } from "../../src/dialects/block-order.ts";
import type { BlockEvent } from "../../src/dialects/block-order.ts";

const start = (block: number): BlockEvent => ({
  type: "block-start",
  block,
  opening: { kind: "text" },
});
const delta = (block: number): BlockEvent => ({ type: "block-delta", block, text: "a" });
const end = (block: number): BlockEvent => ({ type: "block-end", block });

describe("createBlockSequencer", () => {
  it("passes on at once what follows in order", () => {
    const sequencer = createBlockSequencer();
    for (const event of [start(0), delta(0), end(0), start(1), delta(1), end(1)]) {
      expect(sequencer.push(event)).toEqual([event]);
    }
    expect(sequencer.flush()).toEqual([]);
  });

  it("gives out all that waited as soon as the open block closes, and follows the one still open", () => {
    const sequencer = createBlockSequencer();
    const waiting = [start(1), start(2), delta(2), delta(1), end(1), end(2), start(3), delta(3)];
    sequencer.push(start(0));
    expect(waiting.flatMap((event) => sequencer.push(event))).toEqual([]);
    expect(sequencer.push(end(0))).toEqual([
      end(0),
      ...[start(1), delta(1), end(1)],
      ...[start(2), delta(2), end(2)],
      ...[start(3), delta(3)],
    ]);
    expect(sequencer.push(delta(3))).toEqual([delta(3)]);
  });

  it("closes everything at the end, in order", () => {
    const sequencer = createBlockSequencer();
    for (const event of [start(0), start(1), delta(1), end(1), start(2)]) sequencer.push(event);
    expect(sequencer.flush()).toEqual([end(0), start(1), delta(1), end(1), start(2), end(2)]);
  });
});
