import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "./prompt.ts";
import type { Conversation, Turn } from "./trace.ts";

/** How one call went, as its caller saw it. */
export interface Outcome {
  status: number;
  /** What the caller waited beyond what the vendor took; undefined without an answer. */
  addedMs?: number;
}

export interface Stage {
  url: string;
  keys: readonly string[];
  model: string;
  startsAtMs: number;
  /** Calls before it are not counted. */
  countsFromMs: number;
}

/** Plays a trace against one model; resolves when the last answer is there. */
export async function play(trace: readonly Conversation[], stage: Stage): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await Promise.all(trace.map((conversation) => converse(conversation, stage, outcomes)));
  return outcomes;
}

async function converse(
  conversation: Conversation,
  stage: Stage,
  outcomes: Outcome[],
): Promise<void> {
  for (const turn of conversation.turns) {
    await sleep(Math.max(stage.startsAtMs + turn.atMs - Date.now(), 0));
    const outcome = await call(conversation, turn, stage);
    if (turn.atMs >= stage.countsFromMs) outcomes.push(outcome);
  }
}

async function call(
  conversation: Conversation,
  turn: Turn,
  { url, keys, model }: Stage,
): Promise<Outcome> {
  const sentMs = performance.now();
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "x-api-key": keys[conversation.caller % keys.length] ?? "",
    },
    body: JSON.stringify(bodyOf(model, conversation, turn)),
  });
  const { status, body } = response;
  let text = "";
  let saidMs: number | undefined;
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (saidMs === undefined && text.includes("took=")) saidMs = performance.now();
  }
  const [, took] = /took=(\d+) /.exec(text) ?? [];
  if (status !== 200 && status !== 429) throw new Error(`${model} answered ${status}: ${text}`);
  if (status === 200 && (took === undefined || saidMs === undefined)) {
    throw new Error(`${model} answered without an answer: ${text}`);
  }
  if (took === undefined || saidMs === undefined) return { status };
  return { status, addedMs: saidMs - sentMs - Number(took) };
}
