import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { requestOf, targetOf } from "../target.ts";

export const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
export const NOVA = "us.amazon.nova-pro-v1:0";
export const NOVA_2 = "us.amazon.nova-2-lite-v1:0";
export const MISTRAL = "us.mistral.pixtral-large-2502-v1:0";
export const LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0";
export const GPT_OSS = "openai.gpt-oss-120b-1:0";

/** The request as Converse is sent it, and what was left out. */
export function rendered(
  changes: Partial<ChatRequest>,
  model = NOVA,
): { body: JsonObject; dropped: string[] } {
  const target = targetOf(model);
  const body = bedrockConverse.renderRequest(requestOf(changes), target);
  return { body, dropped: target.dropped };
}

export function turns(messages: Message[], model = NOVA): Json | undefined {
  return rendered({ messages }, model).body.messages;
}
