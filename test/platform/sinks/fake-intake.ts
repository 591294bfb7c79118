import type { JsonObject } from "../../../src/core/json.ts";
import { isJsonObject, parseJson } from "../../../src/core/json.ts";

/** One log as the intake stored it, its `message` parsed as Datadog parses it. */
export interface ReceivedLog {
  item: JsonObject;
  message: JsonObject;
}

export type Answer = number | Response | "hang" | "unreachable";

/**
 * A stand-in for Datadog's log intake: it unpacks what it gets, refuses what the real one refuses,
 * and keeps what it accepted. `answers` are given first, one per request, whatever was sent.
 */
export function fakeIntake(answers: Answer[] = [], limits = { items: 1000, bytes: 5_000_000 }) {
  const requests: Request[] = [];
  const logs: ReceivedLog[] = [];
  const sizes: number[] = [];
  const texts: string[] = [];

  async function answer(request: Request): Promise<Response> {
    requests.push(request);
    const text = await unpack(request);
    texts.push(text);
    const scripted = answers.shift();
    if (scripted === "unreachable") throw new TypeError("Network connection lost.");
    if (scripted === "hang") return await untilAborted(request.signal);
    if (scripted instanceof Response) return scripted;
    if (scripted !== undefined && scripted !== 202) return new Response("{}", { status: scripted });
    const items = parseJson(text);
    if (!Array.isArray(items)) return new Response("{}", { status: 400 });
    sizes.push(items.length);
    const bytes = new TextEncoder().encode(text).byteLength;
    if (items.length > limits.items || bytes > limits.bytes)
      return new Response("{}", { status: 413 });
    for (const item of items) {
      if (!isJsonObject(item)) return new Response("{}", { status: 400 });
      const message = parseJson(typeof item.message === "string" ? item.message : "");
      if (!isJsonObject(message)) return new Response("{}", { status: 400 });
      logs.push({ item, message });
    }
    return new Response("{}", { status: 202 });
  }

  return { fetch: answer, requests, logs, sizes, texts };
}

async function unpack(request: Request): Promise<string> {
  if (request.body === null) throw new Error("no body");
  return await new Response(request.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
