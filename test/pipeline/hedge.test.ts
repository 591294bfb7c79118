import { describe, expect, it } from "vitest";
import { budgetOf } from "../core/ledger/samples.ts";
import { callOver, lineWith } from "./line.ts";
import {
  answers,
  bodyOf,
  CHUNKS,
  gptAt,
  newKey,
  OPENAI,
  sse,
  standingOf,
  vendors,
  type World,
} from "./world.ts";

const { failing, streamed, whole } = answers;

/** Two deployments in a fixed order; the second is asked when the first is silent for 30 ms. */
const config = (hedging: object = { hedge_after_ms: 30 }, second: object = {}): object => ({
  model_list: [gptAt("a", { order: 1 }), gptAt("b", { order: 2, ...second })],
  router_settings: { num_retries: 0 },
  sekisho_settings: { routing: hedging },
});

/** What is said at once, and then nothing. */
const saying = (...events: (object | string)[]): Response => {
  const text = events.map((one) => `data: ${JSON.stringify(one)}\n\n`);
  const body = bodyOf(text, "falls silent");
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};

/** Does not answer before it is told to stop; `stopped` says when it was, `asked` when it is asked. */
function silent() {
  const state = { stopped: false };
  const { promise: asked, resolve: beginning } = Promise.withResolvers<void>();
  const answer = (request: Request): Promise<Response> =>
    new Promise((_, reject) => {
      beginning();
      request.signal.addEventListener("abort", () => {
        state.stopped = true;
        reject(new Error("aborted"));
      });
    });
  return { state, asked, answer };
}

/** Answers after a while. */
const late = (milliseconds: number, answer: () => Response) => () =>
  new Promise<Response>((resolve) => setTimeout(() => resolve(answer()), milliseconds));

async function ask(
  hosts: Parameters<typeof vendors>[0],
  given: object = config(),
  { body = {}, policy = {}, changes = {} }: Changes = {},
) {
  const { fetch, asked } = vendors(hosts);
  const { deps, kept } = lineWith(fetch, given, changes);
  const { key, ...caller } = await newKey(policy);
  const told = await callOver(OPENAI, deps, {
    key,
    body: {
      model: "gpt",
      max_tokens: 100,
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
      ...body,
    },
  });
  expect(kept.settlements).toHaveLength(1);
  const [settlement] = kept.settlements;
  const standing = await standingOf(caller);
  // Whoever won, what is charged is what is recorded, and nothing stays held.
  expect(standing).toMatchObject({
    heldNanoUsd: 0,
    lifetimeNanoUsd: settlement?.record.costNanoUsd,
  });
  return { ...told, asked, record: settlement?.record, kept, deps };
}

interface Changes {
  body?: object;
  policy?: Parameters<typeof newKey>[0];
  changes?: Partial<World>;
}

/** 10 tokens at $2 and 2 at $8 per million; and the ten once more. */
const ANSWERED = 36_000;
const READ = 20_000;

describe("a first word that is late", () => {
  it("has another deployment asked, whose answer it is; the first is cancelled", async () => {
    const first = silent();
    const seen = await ask({ a: first.answer, b: streamed });
    expect([seen.status, seen.asked]).toEqual([200, ["a", "b"]]);
    expect(seen.text).toContain("Hel");
    expect(first.state.stopped).toBe(true);
    expect(seen.headers.get("x-litellm-model-id")).toBe("b");
    expect(seen.record).toMatchObject({ deploymentId: "b", attempts: 2, ending: "finished" });
  });

  it("costs what the second cost and the prompt the first had read, and the record tells", async () => {
    const { record } = await ask({ a: silent().answer, b: streamed });
    expect(record).toMatchObject({
      costNanoUsd: ANSWERED + READ,
      hedgedNanoUsd: READ,
      usageSource: "reported",
    });
    const { input = 0, output = 0 } = record?.cost ?? {};
    expect(input + output).toBe(ANSWERED + READ);
  });

  it("costs what the loser's vendor had counted, where it had", async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 };
    const counting = () => saying({ id: "x", choices: [], usage });
    const { record } = await ask({ a: counting, b: streamed });
    expect(record).toMatchObject({ costNanoUsd: ANSWERED + 14_000, hedgedNanoUsd: 14_000 });
  });

  it("that comes before the second's is the answer; the second is cancelled and paid for", async () => {
    const second = silent();
    const seen = await ask({ a: () => second.asked.then(streamed), b: second.answer });
    expect(seen.asked).toEqual(["a", "b"]);
    expect(second.state.stopped).toBe(true);
    expect(seen.record).toMatchObject({ deploymentId: "a", hedgedNanoUsd: READ });
  });

  it("is meaningful or none: an opening does not stop the other", async () => {
    const opening = () => saying(CHUNKS[0] ?? "");
    const seen = await ask({ a: opening, b: streamed });
    expect(seen.record).toMatchObject({ deploymentId: "b" });
    expect(seen.text.match(/"role":"assistant"/g)).toHaveLength(1);
  });

  it("is no reason to ask two where nobody wished that, or no stream is asked for", async () => {
    const never = await ask({ a: late(80, streamed), b: streamed }, config({}));
    expect(never.asked).toEqual(["a"]);
    const inOne = { body: { stream: false } };
    expect((await ask({ a: late(80, whole), b: whole }, config(), inOne)).asked).toEqual(["a"]);
  });

  it("is waited for as long as the model's own line says", async () => {
    const own = { hedge_after_ms: 5_000, hedge_after_ms_by_model: { gpt: 30 } };
    expect((await ask({ a: silent().answer, b: streamed }, config(own))).asked).toHaveLength(2);
  });

  it("is waited for where there is nobody else", async () => {
    const alone = {
      model_list: [gptAt("a")],
      sekisho_settings: { routing: { hedge_after_ms: 10 } },
    };
    const seen = await ask({ a: late(50, streamed) }, alone);
    expect(seen.asked).toEqual(["a"]);
    expect(seen.record).toMatchObject({ hedgedNanoUsd: 0, costNanoUsd: ANSWERED });
  });
});

describe("of two that were asked", () => {
  it("one that fails leaves the call to the other, and costs nothing", async () => {
    const seen = await ask({ a: late(60, failing(500)), b: late(80, streamed) });
    expect(seen.record).toMatchObject({ deploymentId: "b", costNanoUsd: ANSWERED });
    const turned = await ask({ a: late(80, streamed), b: failing(500) });
    expect(turned.record).toMatchObject({ deploymentId: "a", costNanoUsd: ANSWERED });
  });

  it("both may fail: then the call does, for nothing", async () => {
    const seen = await ask({ a: late(60, failing(500)), b: failing(503) });
    expect(seen.status).toBeGreaterThanOrEqual(500);
    expect(seen.record).toMatchObject({ ending: "refused", costNanoUsd: 0, attempts: 2 });
  });

  it("the second may be unable to say what is asked: the first still answers", async () => {
    // Cohere's grammar has no word for several answers.
    const second = {
      model: "cohere_chat/command-r",
      input_cost_per_token: 1e-6,
      output_cost_per_token: 1e-6,
    };
    const seen = await ask({ a: late(500, streamed), b: streamed }, config(undefined, second), {
      body: { n: 2 },
    });
    expect([seen.status, seen.asked]).toEqual([200, ["a"]]);
    expect(seen.record).toMatchObject({ deploymentId: "a", attempts: 2 });
  });
});

it("a first that fails while the second is being found leaves the call to it, and asks for no third", async () => {
  const amending = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<Response>();
  const accounts = (real: World["account"]): World["account"] => {
    return (id) => ({
      ...real(id),
      amend: async (request) => {
        failed.resolve(failing(500)());
        await amending.promise;
        return real(id).amend(request);
      },
    });
  };
  const { fetch, asked } = vendors({ a: () => failed.promise, b: streamed });
  const { deps, kept } = lineWith(fetch, config());
  deps.account = accounts(deps.account);
  const { key, ...caller } = await newKey();
  const body = {
    model: "gpt",
    max_tokens: 100,
    stream: true,
    messages: [{ role: "user", content: "Hi" }],
  };
  const call = callOver(OPENAI, deps, { key, body });
  await failed.promise;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked).toEqual(["a"]);
  amending.resolve();
  expect((await call).text).toContain("Hel");
  expect(asked).toEqual(["a", "b"]);
  expect(kept.settlements[0]?.record).toMatchObject({ deploymentId: "b", costNanoUsd: ANSWERED });
  expect(await standingOf(caller)).toMatchObject({ heldNanoUsd: 0 });
});

describe("the money for two", () => {
  it("is held before the second is asked, and is no more than both can cost", async () => {
    const { kept } = await ask({ a: silent().answer, b: streamed });
    const [one = 0, two = 0] = kept.holds;
    expect(two).toBeGreaterThan(one);
    expect(two).toBeLessThan(2 * one);
  });

  it("is not there: then nobody else is asked", async () => {
    const { kept } = await ask({ a: silent().answer, b: streamed });
    const [one = 0, two = 0] = kept.holds;
    const hosts = { a: late(500, streamed), b: streamed };
    const able = await ask(hosts, config(), { policy: { limits: budgetOf(two) } });
    expect(able.asked).toEqual(["a", "b"]);
    const poor = await ask(hosts, config(), { policy: { limits: budgetOf(one) } });
    expect(poor.asked).toEqual(["a"]);
    expect(poor.record).toMatchObject({ costNanoUsd: ANSWERED, hedgedNanoUsd: 0 });
  });
});

it("counts are read where the answer hides them, too", async () => {
  const seen = await ask({ a: silent().answer, b: () => sse(...CHUNKS) }, config(), {
    body: { stream_options: { include_usage: true } },
  });
  expect(seen.record).toMatchObject({ costNanoUsd: ANSWERED + READ });
});
