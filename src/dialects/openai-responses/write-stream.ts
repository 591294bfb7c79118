import type { ChatEvent, FinishReason, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { createBlockSequencer } from "../block-order.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { endingOf } from "./finish.ts";
import { responseShell } from "./response-object.ts";
import { callerTools } from "./tool-names.ts";
import { renderUsage } from "./usage.ts";
import { createItemWriter, createOutput } from "./write-items.ts";

export function createWriter(context: AnswerContext): AnswerWriter {
  const write = createMessageWriter(context);
  let sequenceNumber = 0;
  return {
    write: (event) => write(event).map((message) => frameOf(message, sequenceNumber++)),
  };
}

export function frameOf({ type, ...rest }: JsonObject, sequenceNumber: number): Frame {
  const data = JSON.stringify({ type, sequence_number: sequenceNumber, ...rest });
  return { event: String(type), data };
}

/** The messages an event becomes, before they are numbered. */
export function createMessageWriter(context: AnswerContext): (event: ChatEvent) => JsonObject[] {
  const sequencer = createBlockSequencer();
  const shell = responseShell(context);
  const tools = callerTools(context.request ?? {});
  let { id } = context;
  let output = createOutput(id);
  let writeItem = createItemWriter(output, tools);
  let usage: Usage | undefined;
  let finish: FinishReason = "stop";

  const start = (answerId: string): JsonObject[] => {
    id = answerId || id;
    output = createOutput(id);
    writeItem = createItemWriter(output, tools);
    const response = { ...shell, id, status: "in_progress", output: [] };
    return [
      { type: "response.created", response },
      { type: "response.in_progress", response },
    ];
  };

  const end = (): JsonObject[] => {
    const ending = endingOf(finish);
    const rest = sequencer.flush().flatMap(writeItem);
    const counts = usage ? renderUsage(usage) : null;
    const response = { ...shell, id, ...ending, output: output.items, usage: counts };
    return [...rest, { type: `response.${ending.status}`, response }];
  };

  return (event) => {
    switch (event.type) {
      case "start":
        usage = event.usage;
        return start(event.id);
      case "block-start":
      case "block-delta":
      case "block-proof":
      case "block-citation":
      case "block-end":
        return sequencer.push(event).flatMap(writeItem);
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        finish = event.reason;
        return [];
      case "ping":
        // Codex counts the silence between events and does not hear comments.
        return [{ type: "keepalive" }];
      case "error":
        // A broken stream's last word is `renderStreamError`.
        return [];
      case "end":
        return end();
    }
  };
}
