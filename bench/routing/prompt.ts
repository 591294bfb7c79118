import { durationOf, type Conversation, type Duration, type Turn } from "./trace.ts";

/** About four characters are a token. */
const CHARACTERS_PER_TOKEN = 4;
const SYSTEM_CHARACTERS = 8_000;
const TURN_CHARACTERS = 1_200;

const FILLER = "the quick brown fox jumps over the lazy dog and goes on its way home again ";

/** The body of one turn in Anthropic's grammar: everything said so far, marked for the cache. */
export function bodyOf(model: string, conversation: Conversation, turn: Turn): object {
  const mark = { cache_control: { type: "ephemeral" } };
  const system = textOf(`You are agent ${conversation.id}. `, SYSTEM_CHARACTERS);
  const messages = Array.from({ length: 2 * turn.number - 1 }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    content: textOf(`${conversation.id}#${Math.floor(index / 2) + 1} `, TURN_CHARACTERS / 2),
  }));
  const last = messages.pop();
  return {
    model,
    max_tokens: 400,
    stream: conversation.stream,
    system: [{ type: "text", text: system, ...mark }],
    messages: [
      ...messages,
      { role: "user", content: [{ type: "text", text: last?.content ?? "", ...mark }] },
    ],
  };
}

function textOf(beginning: string, characters: number): string {
  return beginning + FILLER.repeat(Math.ceil(characters / FILLER.length)).slice(0, characters);
}

/** What the vendor reads in such a body. */
export interface Read extends Duration {
  conversation: string;
  tokens: number;
  stream: boolean;
}

export function readPrompt(body: string, stream: boolean): Read {
  const conversation = /You are agent (\S+)\. /.exec(body)?.[1];
  if (conversation === undefined) {
    throw new Error(`not a prompt of this benchmark: ${body.slice(0, 200)}`);
  }
  const tokens = Math.floor(body.length / CHARACTERS_PER_TOKEN);
  const turn = body.split('"role":"user"').length - 1;
  return { conversation, tokens, stream, ...durationOf(conversation, turn) };
}
