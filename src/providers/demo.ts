import { GatewayError } from "../core/errors.ts";
import { createSseDecoder } from "../dialects/framing/sse.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { adaptChatBody } from "./chat-body.ts";
import { composeDemoAnswer } from "./demo-answer.ts";
import { streamDemoAnswer, wholeDemoAnswer } from "./demo-response.ts";
import type { Provider } from "./provider.ts";

/** A model that needs no vendor: the first call of a newcomer who has no credential yet. */
export const demo: Provider = {
  name: "demo",
  framing: "sse",
  dialect: () => openAiChat,
  missing: () => [],
  adaptBody(body, call) {
    adaptChatBody(body, call);
    body.set("model", call.deployment.model);
  },
  async prepare() {
    throw new GatewayError(
      "internal_error",
      "The demo model has no address: it answers by itself.",
    );
  },
  createDecoder: createSseDecoder,
  answerLocally(body, call) {
    const answer = composeDemoAnswer(body, call.deployment.model);
    return call.stream ? streamDemoAnswer(answer) : wholeDemoAnswer(answer);
  },
};
