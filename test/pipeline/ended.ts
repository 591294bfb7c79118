import { expect } from "vitest";
import type { CallRecord } from "../../src/core/record.ts";
import { forwardedDialect, readForwardedEnvelope } from "../../src/dialects/forwarded.ts";
import type { ChatRoute } from "../../src/pipeline/call.ts";
import { FORWARDS } from "../../src/pipeline/forward.ts";
import type { Operation } from "../../src/providers/endpoint.ts";
import { callOver, errorIn, lineWith, type Told } from "./line.ts";
import {
  answers,
  ANTHROPIC,
  bodyOf,
  CHUNKS,
  gptAt,
  newKey,
  OPENAI,
  standingOf,
  vendors,
  type World,
} from "./world.ts";

// What is true of every ending: one settlement, what the rule says is charged, nothing stays held, and
// the caller is told in its own grammar.

/** 10 tokens at $2 and 2 at $8 per million: what the vendor counts. */
export const COUNTED = 36_000;

export interface Ending {
  /** Which the fault leaves no call to settle for. */
  settled?: false;
  ending?: CallRecord["ending"];
  errorCode?: string | null;
  usageSource?: CallRecord["usageSource"];
  /** Where the vendor's counts say it exactly; otherwise more than nothing and within the bound. */
  cost?: number | "held";
  attempts?: number;
  /** Absent where nobody is there to be told. */
  status?: number;
  /** It could not even be said. */
  untold?: true;
}

export function configOf(parameters: object, info: object = {}, retries = 0): object {
  const model_list = [gptAt("a", parameters, info)];
  return { model_list, router_settings: { num_retries: retries } };
}

const ONCE = configOf({});

export const FREE = { ending: "refused", usageSource: "none", cost: 0 } as const;
export const FINISHED: Ending = {
  ending: "finished",
  errorCode: null,
  usageSource: "reported",
  cost: COUNTED,
  status: 200,
};
export interface Asked {
  route?: ChatRoute;
  body?: object;
  raw?: string;
  config?: object;
  vendor?: () => Response | Promise<Response>;
  changes?: Partial<World>;
  leaves?: "at once" | "when the vendor is asked" | "between attempts" | "at the first piece";
  /** How many settlements never reach the account. */
  losses?: number;
}

/** One call of a key of its own, and everything that became of it. */
export async function end(asked: Asked) {
  const { route = OPENAI, config = ONCE, vendor = answers.whole, leaves, losses = 0 } = asked;
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const { fetch } = vendors({
    a() {
      if (leaves === "when the vendor is asked") leave();
      return vendor();
    },
  });
  const sleep = async (): Promise<void> => (leaves === "between attempts" ? leave() : undefined);
  const { deps, kept } = lineWith(fetch, config, { sleep, ...asked.changes });
  kept.losses = losses;
  const { key, ...caller } = await newKey();
  const whole = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
  if (leaves === "at once") leave();
  const told = await callOver(route, deps, {
    key,
    body: asked.raw ?? { ...whole, ...asked.body },
    leaving: leaving.signal,
    hangUp: leaves === "at the first piece" ? leave : undefined,
  });
  return { told, kept, standing: await standingOf(caller), faults: deps.faults, route };
}

type Ended = Awaited<ReturnType<typeof end>>;

export function expectEnding({ told, kept, standing, route }: Ended, expected: Ending): void {
  const { settlements, holds } = kept;
  expect(standing?.heldNanoUsd ?? 0).toBe(0);
  if (expected.status !== undefined) expectTold(told, route, expected);
  if (expected.settled === false) {
    expect(settlements).toEqual([]);
    return;
  }
  expect(settlements).toHaveLength(1 + kept.losses);
  const { costNanoUsd = -1, record } = settlements[0] ?? {};
  const { ending, errorCode, usageSource, status, attempts } = expected;
  const isSuccess = ending === "finished" || ending === "caller-gone";
  expect(record).toMatchObject({
    ending,
    errorCode,
    usageSource,
    status: isSuccess ? "success" : "failure",
    ...(attempts === undefined ? {} : { attempts }),
    ...(status === undefined ? {} : { statusCode: status }),
  });
  expectCost(costNanoUsd, expected.cost, holds[0] ?? 0);
  expect(standing?.lifetimeNanoUsd).toBe(costNanoUsd);
}

function expectCost(costNanoUsd: number, expected: Ending["cost"], held: number): void {
  if (expected !== undefined)
    return expect(costNanoUsd).toBe(expected === "held" ? held : expected);
  expect(costNanoUsd).toBeGreaterThan(0);
  expect(costNanoUsd).toBeLessThanOrEqual(held);
}

function expectTold(told: Told, { dialect, forward }: ChatRoute, expected: Ending): void {
  expect(told.status).toBe(expected.status);
  const id = told.headers.get("x-litellm-call-id");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(told.text).not.toContain("a fault of ours");
  const isBroken = expected.status === 200 && expected.ending === "broken";
  expect(told.cut).toBe(isBroken);
  if (expected.status === 200 && !isBroken) return;
  // Sound has no words to say it in.
  if (expected.untold === true || (isBroken && forward !== undefined)) return;
  const grammar = dialect.name === "anthropic-messages" ? "anthropic" : "openai";
  expect(errorIn(told)).toMatchObject({ grammar, id });
}

/** Every caller's grammar meets every shape of answer. */
export const TRANSLATED: Asked = { route: ANTHROPIC };
export const STREAMED: Asked = { body: { stream: true }, vendor: answers.streamed };
export const STREAMED_TRANSLATED: Asked = { ...STREAMED, route: ANTHROPIC };
const nap = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const FORWARDED: Asked = {
  body: { stream: true, stream_options: { include_usage: true } },
  vendor: () => new Response(bodyOf([spoken(CHUNKS)])),
  // A grace that takes no time is none.
  changes: { sleep: nap },
};

export function spoken(chunks: readonly (object | string)[]): string {
  return chunks
    .map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`)
    .join("");
}

function routeTo(
  operation: Operation,
  callType: CallRecord["callType"],
  outputTokensMax = 0,
): ChatRoute {
  const shape = { required: [], outputTokensMax };
  const dialect = forwardedDialect((value, target) => readForwardedEnvelope(value, shape, target));
  return { path: `/v1/${operation}`, callType, dialect, target: {}, forward: FORWARDS[operation] };
}

export const EMBEDDINGS: Asked = {
  route: routeTo("embeddings", "aembedding"),
  body: { input: "Hi" },
  vendor: () => Response.json({ data: [], usage: { prompt_tokens: 10, total_tokens: 10 } }),
};

export const EMBEDDED: Ending = { ...FINISHED, cost: 20_000 };

/** Sold by the token, but the vendor does not say how many it took. */
export const PICTURE: Asked = {
  route: routeTo("images", "aimage_generation", 50),
  body: { prompt: "Hi" },
  vendor: () => Response.json({ data: [{ url: "https://pictures.example/1" }] }),
};

/** Four characters at a thousand nano-dollars. */
export const SPEAKER = { model: "openai/tts-1", input_cost_per_character: 1e-6 };
export const SPEECH: Asked = {
  route: routeTo("speech", "aspeech"),
  body: { input: "Aa!?" },
  config: configOf(SPEAKER),
  vendor: () => sound("ends"),
};
export const SPOKEN: Ending = { ...FINISHED, cost: 4_000 };

export function sound(then: "ends" | "breaks" | "falls silent"): Response {
  const headers = { "content-type": "audio/mpeg" };
  return new Response(bodyOf(["one", "two"], then), { headers });
}
