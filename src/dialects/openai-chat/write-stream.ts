import type { ChatEvent, Usage } from "../../core/chat.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { AnswerContext, AnswerWriter } from "../dialect.ts";
import type { Frame } from "../framing/frame.ts";
import { callForms } from "./call-forms.ts";
import { finishReasonOf } from "./finish.ts";
import { renderUsage } from "./usage.ts";
import { createBlockWriter } from "./write-blocks.ts";

const DONE: Frame = { data: "[DONE]" };

export function createWriter(context: AnswerContext): AnswerWriter {
  const forms = callForms(context.request);
  const writeBlock = createBlockWriter(forms);
  let id = context.id;
  let hasRole = false;
  let usage: Usage | undefined;

  const say = (delta: JsonObject, finishReason: string | null = null): Frame => {
    const role = hasRole ? {} : { role: "assistant" };
    hasRole = true;
    const choice = { index: 0, delta: { ...role, ...delta }, finish_reason: finishReason };
    return chunkOf(context, id, { choices: [choice] });
  };

  const start = (answerId: string): Frame[] => {
    id = answerId || id;
    return [say({ content: "" })];
  };

  const lastWords = (): Frame[] => {
    if (!context.streamUsage || !usage) return [DONE];
    return [chunkOf(context, id, { choices: [], usage: renderUsage(usage) }), DONE];
  };

  const write = (event: ChatEvent): Frame[] => {
    switch (event.type) {
      case "start":
        usage = event.usage;
        return start(event.id);
      case "block-start":
      case "block-delta":
      case "block-proof":
      case "block-citation":
      case "block-end":
        return writeBlock(event).map((delta) => say(delta));
      case "usage":
        usage = event.usage;
        return [];
      case "finish":
        return [say({}, finishReasonOf(event.reason, forms.isLegacy))];
      case "end":
        return lastWords();
      case "ping":
      case "error":
        // Comments keep silence alive; a broken stream's last word is `renderStreamError`.
        return [];
    }
  };

  return { write };
}

function chunkOf({ model, createdAtMs }: AnswerContext, id: string, rest: JsonObject): Frame {
  const created = Math.floor(createdAtMs / 1000);
  const chunk: Json = { id, object: "chat.completion.chunk", created, model, ...rest };
  return { data: JSON.stringify(chunk) };
}
