import type { CallerDialect } from "../dialect.ts";
import { openAiChat } from "../openai-chat/index.ts";
import { parseRequest } from "./parse-request.ts";
import { promptAsChat } from "./prompt.ts";
import { renderAnswer } from "./render-answer.ts";
import { createWriter } from "./write-stream.ts";

/**
 * OpenAI's Completions, from before there were conversations: a prompt becomes the only turn of one,
 * and what is said in answer is the completion. No vendor sells models of that kind any more.
 */
export const openAiText: CallerDialect = {
  ...openAiChat,
  name: "openai-text",
  unwrap: ({ value }) => {
    const body = promptAsChat(value);
    return { body: { text: JSON.stringify(body), value: body }, betas: [] };
  },
  parseRequest,
  createWriter,
  renderAnswer,
};
