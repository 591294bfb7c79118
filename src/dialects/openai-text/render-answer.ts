import type { ChatEvent } from "../../core/chat.ts";
import type { JsonObject } from "../../core/json.ts";
import { collectAnswer } from "../collect.ts";
import type { AnswerContext } from "../dialect.ts";
import { finishReasonOf } from "../openai-chat/finish.ts";
import { renderUsage } from "../openai-chat/usage.ts";

export function renderAnswer(events: readonly ChatEvent[], context: AnswerContext): JsonObject {
  const { id, blocks, finish, usage } = collectAnswer(events);
  const text = blocks
    .filter(({ opening }) => opening.kind === "text")
    .map((block) => block.text)
    .join("");
  return {
    id: id || context.id,
    object: "text_completion",
    created: Math.floor(context.createdAtMs / 1000),
    model: context.model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishReasonOf(finish) }],
    ...(usage ? { usage: renderUsage(usage) } : {}),
  };
}
