import { env } from "cloudflare:workers";
import type { AnswerCache } from "../../src/core/answer-cache.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { answerCacheStub } from "../../src/platform/answer-cache/stub.ts";
import { lineWith } from "./line.ts";
import { contextIn, gptAt, OPENAI, vendors, type newKey, type World } from "./world.ts";

export type Hosts = Parameters<typeof vendors>[0];
export type Key = Awaited<ReturnType<typeof newKey>>;

const CACHED = { cache: true, cache_params: { ttl: 60 } };
/** One deployment, whose answers are remembered. */
export const ONE = {
  model_list: [gptAt("a")],
  router_settings: { num_retries: 0 },
  litellm_settings: CACHED,
};
const WORDS = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

/** A line whose remembered answers are real. `seen` counts the calls that asked for one. */
export function cachingLine(hosts: Hosts, config: object = ONE, changes: Partial<World> = {}) {
  const { fetch, asked } = vendors(hosts);
  const seen = { opened: 0 };
  const answerCache = (name: string): AnswerCache => {
    const real = answerCacheStub(env.ANSWER_CACHE, name);
    return {
      open(wish) {
        const opening = real.open(wish);
        seen.opened += 1;
        return opening;
      },
      keep: (...kept) => real.keep(...kept),
      letGo: (claim) => real.letGo(claim),
    };
  };
  const { deps, kept } = lineWith(fetch, config, { answerCache, ...changes });
  return { deps, kept, asked, seen };
}

/** Waits for what a call does on its way. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

interface Said {
  body?: object;
  headers?: Record<string, string>;
  route?: ChatRoute;
}

/** Sends a call; what it left behind is done when `done` is. */
export async function begin(
  deps: World,
  { key }: Key,
  { body = {}, headers, route = OPENAI }: Said = {},
) {
  const context = contextIn(deps);
  const request = new Request(`https://gateway.example${route.path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ ...WORDS, ...body }),
  });
  return { context, response: answer(request, route, context, deps) };
}

export async function ask(deps: World, key: Key, said: Said = {}) {
  const { context, response: coming } = await begin(deps, key, said);
  const response = await coming;
  const text = await response.text();
  await context.done();
  return { cache: response.headers.get("x-sekisho-cache"), headers: response.headers, text };
}
