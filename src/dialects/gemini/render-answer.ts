import type { ChatEvent } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import { collectAnswer } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { finishReasonOf } from "./finish.ts";
import { createGrounding } from "./write-grounding.ts";
import type { Grounding } from "./write-grounding.ts";
import { continues, createPartWriter } from "./write-parts.ts";
import { EMPTY, renderChunk } from "./write-stream.ts";

/** One chunk that holds all parts of the stream. */
export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const { id, finish, usage } = collectAnswer(events);
  const grounding = createGrounding();
  const parts = partsOf(events, grounding);
  const ending = { finishReason: finishReasonOf(finish), usage, cited: grounding.render() };
  return renderChunk(parts.length > 0 ? parts : [EMPTY], context, id || context.id, ending);
}

function partsOf(events: readonly ChatEvent[], grounding: Grounding): JsonObject[] {
  const sequencer = createBlockSequencer();
  const writer = createPartWriter();
  const blocks = events.flatMap((event) => ("block" in event ? sequencer.push(event) : []));
  const pieces = [...blocks, ...sequencer.flush()].flatMap((event) => {
    const parts = writer.write(event);
    grounding.see(event, parts);
    return parts;
  });
  return [...pieces, ...writer.flush()].reduce(joined, []);
}

/** Pieces of one text are one part in a whole answer. */
function joined(parts: JsonObject[], piece: JsonObject): JsonObject[] {
  const last = parts.at(-1);
  if (last === undefined || !continues(last, piece)) return [...parts, piece];
  const text = `${String(last.text)}${String(piece.text)}`;
  return [...parts.slice(0, -1), { ...last, ...piece, text }];
}
