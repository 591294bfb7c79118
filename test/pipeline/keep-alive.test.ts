import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import { gemini, geminiArray } from "../../src/dialects/gemini/index.ts";
import { openAiResponses } from "../../src/dialects/openai-responses/index.ts";
import { answer } from "../../src/pipeline/answer.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import {
  ANTHROPIC,
  bodyOf,
  CHUNKS,
  contextIn,
  gptAt,
  MASTER_KEY,
  OPENAI,
  vendors,
  worldWith,
} from "./world.ts";

const CONTENTS = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
const target = { model: "gpt", stream: true };
const GEMINI: ChatRoute = { ...OPENAI, callType: "agenerate_content", dialect: gemini, target };
const RESPONSES: ChatRoute = { ...OPENAI, callType: "aresponses", dialect: openAiResponses };
const CONVERSE: ChatRoute = { ...OPENAI, dialect: bedrockConverse, target };
const TEXT = [{ text: "Hi" }];
/** A server of open models, which speaks Chat Completions to every caller. */
const LLAMA = { model: "openai/llama", input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** What the caller of an answer that stops after its first word is told in a silence of this length. */
async function heard(route: ChatRoute, body: object, seconds: number): Promise<string> {
  const opening = CHUNKS.slice(0, 2).map((one) => `data: ${JSON.stringify(one)}\n\n`);
  const headers = { "content-type": "text/event-stream" };
  const { fetch } = vendors({
    a: () => new Response(bodyOf([opening.join("")], "falls silent"), { headers }),
  });
  const deps = worldWith({ model_list: [gptAt("a", LLAMA)] }, fetch);
  const context = contextIn(deps);
  const request = new Request("https://gateway.example/", {
    method: "POST",
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify(body),
  });
  const response = await answer(request, route, context, deps);
  const reader = response.body?.getReader();
  await reader?.read();
  // The clock of the line and that of its timers go together.
  for (let second = 0; second < seconds; second++) {
    deps.advance(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  context.hangUp();
  return readAll(reader);
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array> | undefined) {
  let text = "";
  try {
    for (;;) {
      const piece = await Promise.race([reader?.read(), pause()]);
      if (piece === undefined || piece.done) return text;
      text += new TextDecoder().decode(piece.value);
    }
  } catch {
    return text;
  }
}

function pause(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 50));
}

const messages = [{ role: "user", content: "Hi" }];

describe("in a long silence of the vendor", () => {
  it.each([
    ["a comment", OPENAI, { model: "gpt", stream: true, messages }, /^: [^\n]*\n\n$/],
    [
      "Anthropic's own ping",
      ANTHROPIC,
      { model: "gpt", stream: true, max_tokens: 9, messages },
      /^event: ping\ndata: \{"type":\s?"ping"\}\n\n$/,
    ],
    [
      "an event that Codex counts",
      RESPONSES,
      { model: "gpt", stream: true, input: "Hi" },
      /^event: keepalive\ndata: \{"type":"keepalive","sequence_number":\d+\}\n\n$/,
    ],
    // A comment would end Gemini CLI.
    ["an empty answer", GEMINI, CONTENTS, /^data: \{\}\n\n$/],
    ["a blank line", { ...GEMINI, dialect: geminiArray }, CONTENTS, /^\n$/],
  ])("a caller hears %s, every 15 to 30 seconds", async (_what, route, body, expected) => {
    expect(await heard(route, body, 13)).toBe("");
    const once = await heard(route, body, 30);
    expect(once).toMatch(expected);
  });

  it("callers of AWS's grammar hear what AWS says, which is nothing", async () => {
    expect(await heard(CONVERSE, { messages: [{ role: "user", content: TEXT }] }, 60)).toBe("");
  });
});
