import { startUpstream, type Upstream } from "../upstream/upstream.ts";
import { entry, startWorld, type World, type WorldOptions } from "./world.ts";

/** A gateway whose models are served by two stand-ins each: the first one is always asked first. */
export interface TwoPlaces extends World {
  /** The other one is `upstream`. */
  first: Upstream;
}

/** One model of each grammar. */
export const MODELS = ["two-claude", "two-gpt", "two-gemini", "two-gpt-responses"];

/** The settings of both deployments of each model. */
export async function startTwoPlaces(
  parameters: object = {},
  options: WorldOptions = {},
): Promise<TwoPlaces> {
  const first = await startUpstream();
  const world = await startWorld({
    ...options,
    models: (second) => [
      ...placesAt(first, { ...parameters, order: 1 }),
      ...placesAt(second, { ...parameters, order: 2 }),
      ...(options.models?.(second) ?? []),
    ],
  });
  return {
    ...world,
    first,
    stop: async () => {
      await world.stop();
      await first.stop();
    },
  };
}

function placesAt({ url, credentials }: Upstream, parameters: object): object[] {
  const openai = { api_base: `${url}/openai/v1`, api_key: credentials.openaiApiKey };
  const anthropic = { api_base: `${url}/anthropic`, api_key: credentials.anthropicApiKey };
  const gemini = { api_base: `${url}/aistudio`, api_key: credentials.geminiApiKey };
  return [
    entry("two-claude", { model: "anthropic/claude-sonnet-4-5", ...anthropic, ...parameters }),
    entry("two-gpt", { model: "openai/gpt-4.1", ...openai, ...parameters }),
    entry("two-gemini", { model: "gemini/gemini-2.5-pro", ...gemini, ...parameters }),
    entry("two-gpt-responses", { model: "openai/responses/gpt-4.1", ...openai, ...parameters }),
  ];
}

/** A way to ask for an answer of eight words, and what a whole one of those ends with. */
export interface Asking {
  name: string;
  path(model: string, stream: boolean): string;
  body(model: string, stream: boolean): object;
  /** In the last frame of a stream. */
  final: string;
  /** How an error event begins. */
  error: RegExp;
}

const WORDS = "tokens:8 please";
const MESSAGES = [{ role: "user", content: WORDS }];

export const ASKINGS: Asking[] = [
  {
    name: "OpenAI's chat",
    path: () => "/v1/chat/completions",
    body: (model, stream) => ({
      ...{ model, stream, max_tokens: 50, messages: MESSAGES },
      // Otherwise the counts are taken out, and nothing is forwarded as it comes.
      ...(stream && { stream_options: { include_usage: true } }),
    }),
    final: "[DONE]",
    error: /^data: \{"error":/gm,
  },
  {
    name: "Anthropic",
    path: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 50, messages: MESSAGES }),
    final: "message_stop",
    error: /^event: error$/gm,
  },
  {
    name: "Gemini",
    path: (model, stream) =>
      `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({ contents: [{ role: "user", parts: [{ text: WORDS }] }] }),
    final: '"finishReason"',
    error: /^data: \{"error":/gm,
  },
  {
    name: "OpenAI's Responses",
    path: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, store: false, input: WORDS }),
    final: "response.completed",
    error: /^event: (error|response\.failed)$/gm,
  },
];

export interface Heard {
  status: number;
  headers: Headers;
  text: string;
  /** The connection did not end as it should. */
  cut: boolean;
}

export async function hear(
  world: World,
  key: string,
  asking: Asking,
  { model, stream, headers = {} }: { model: string; stream: boolean; headers?: object },
): Promise<Heard> {
  const response = await fetch(world.gateway.url + asking.path(model, stream), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(asking.body(model, stream)),
  });
  const decoder = new TextDecoder();
  let text = "";
  const told = { status: response.status, headers: response.headers };
  const body: ReadableStream<Uint8Array> | null = response.body;
  try {
    for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
    return { ...told, text, cut: false };
  } catch {
    return { ...told, text, cut: true };
  }
}
