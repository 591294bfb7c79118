import type { JsonObject } from "../core/json.ts";
import type { DemoAnswer } from "./demo-answer.ts";

/** Slow enough to be seen as a stream, fast enough not to be waited for. */
const WORD_PACE_MS = 4;

export function wholeDemoAnswer(answer: DemoAnswer): Response {
  const message: JsonObject = {
    role: "assistant",
    content: answer.call ? null : answer.words.join(""),
  };
  if (answer.call) message.tool_calls = [toolCall(answer.call)];
  return Response.json({
    ...headOf(answer, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: answer.finishReason }],
    usage: usageOf(answer),
  });
}

/** One chunk per pull, so that nothing runs ahead of the reader and cancelling stops it. */
export function streamDemoAnswer(answer: DemoAnswer): Response {
  const chunks = chunksOf(answer);
  const utf8 = new TextEncoder();
  const body = new ReadableStream({
    // Vendors' bodies are byte streams, and are read as such.
    type: "bytes",
    async pull(controller) {
      const next = chunks.next();
      if (next.done) {
        controller.close();
        // A reader that brought its own buffer waits until it is handed back.
        controller.byobRequest?.respond(0);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, WORD_PACE_MS));
      controller.enqueue(utf8.encode(`data: ${next.value}\n\n`));
    },
    cancel() {
      chunks.return();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function* chunksOf(answer: DemoAnswer): Generator<string, void> {
  const chunk = (delta: JsonObject, finishReason: string | null = null) =>
    JSON.stringify({
      ...headOf(answer, "chat.completion.chunk"),
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    });
  yield chunk({ role: "assistant", content: answer.call ? null : "" });
  if (answer.call) yield chunk({ tool_calls: [{ index: 0, ...toolCall(answer.call) }] });
  for (const word of answer.words) yield chunk({ content: word });
  yield chunk({}, answer.finishReason);
  yield JSON.stringify({
    ...headOf(answer, "chat.completion.chunk"),
    choices: [],
    usage: usageOf(answer),
  });
  yield "[DONE]";
}

function headOf({ id, model }: DemoAnswer, object: string): JsonObject {
  return { id, object, created: Math.floor(Date.now() / 1_000), model };
}

function toolCall({ id, name, arguments: text }: NonNullable<DemoAnswer["call"]>): JsonObject {
  return { id, type: "function", function: { name, arguments: text } };
}

function usageOf({ promptTokens, completionTokens }: DemoAnswer): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
