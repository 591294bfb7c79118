import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { finishReasonOf } from "../openai-chat/finish.ts";
import { renderUsage } from "../openai-chat/usage.ts";

const DONE: Frame = { data: "[DONE]" };

/** Only words pass: thoughts and calls have no place in a completion. */
export function createWriter(context: AnswerContext): AnswerWriter {
  const words = new Set<number>();
  let { id } = context;
  let usage: Usage | undefined;

  const chunk = (choices: JsonObject[], rest: JsonObject = {}): Frame => {
    const created = Math.floor(context.createdAtMs / 1000);
    const { model } = context;
    const shell = { id, object: "text_completion", created, model };
    return { data: JSON.stringify({ ...shell, choices, ...rest }) };
  };
  const say = (text: string, finishReason: string | null = null): Frame =>
    chunk([{ text, index: 0, logprobs: null, finish_reason: finishReason }]);

  const write = (event: ChatEvent): Frame[] => {
    switch (event.type) {
      case "start":
        id = event.id || id;
        usage = event.usage;
        return [];
      case "block-start":
        if (event.opening.kind === "text") words.add(event.block);
        return [];
      case "block-delta":
        return words.has(event.block) ? [say(event.text)] : [];
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        return [say("", finishReasonOf(event.reason))];
      case "end":
        return context.streamUsage && usage
          ? [chunk([], { usage: renderUsage(usage) }), DONE]
          : [DONE];
      case "block-proof":
      case "block-citation":
      case "block-end":
      case "ping":
      case "error":
        return [];
    }
  };
  return { write };
}
