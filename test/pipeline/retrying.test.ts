import { describe, expect, it } from "vitest";
import { dispatch } from "../../src/pipeline/dispatch.ts";
import { createPlaces } from "../../src/pipeline/places.ts";
import {
  admittedIn,
  ANTHROPIC,
  answers,
  gptAt,
  sse,
  threeGpts,
  vendors,
  worldWith,
  type Asked,
  type World,
} from "./world.ts";

const { failing, whole } = answers;

async function dispatched(deps: World, asked: Asked = {}) {
  const [call, admitted] = await admittedIn(deps, asked);
  return dispatch(call, admitted, createPlaces(call, deps), deps);
}

const alone = (router: object = {}, parameters: object = {}) => ({
  model_list: [gptAt("a", parameters)],
  router_settings: router,
});

/** How often a deployment that always fails is asked. */
async function asksOf(config: object, answer = failing(500), asked: Asked = {}): Promise<number> {
  const { fetch, asked: order } = vendors({ a: answer });
  // Nobody waits here: the time for waiting is bounded, too.
  await dispatched(worldWith(config, fetch, { random: () => 0 }), asked);
  return order.length;
}

describe("a call is tried again as often as is said", () => {
  it.each<[string, object, Asked, number]>([
    ["by the router", alone({ num_retries: 3 }), {}, 4],
    ["by the deployment", alone({ num_retries: 3 }, { num_retries: 1 }), {}, 2],
    ["by the caller's body", alone({ num_retries: 3 }), { body: { num_retries: 0 } }, 1],
    [
      "by the caller's header",
      alone({ num_retries: 3 }),
      { body: { num_retries: 0 }, headers: { "x-litellm-num-retries": "2" } },
      3,
    ],
    [
      "by the policy for what went wrong",
      alone({ num_retries: 3, retry_policy: { InternalServerErrorRetries: 1 } }),
      {},
      2,
    ],
    [
      "by the group's own policy",
      alone({
        retry_policy: { InternalServerErrorRetries: 1 },
        model_group_retry_policy: { gpt: { InternalServerErrorRetries: 4 } },
      }),
      {},
      5,
    ],
  ])("%s", async (_who, config, asked, times) => {
    expect(await asksOf(config, failing(500), asked)).toBe(times);
  });

  it("for each kind of failure: what has no number of its own has the general one", async () => {
    const config = alone({ num_retries: 1, retry_policy: { RateLimitErrorRetries: 3 } });
    expect(await asksOf(config, failing(429))).toBe(4);
    expect(await asksOf(config, failing(500))).toBe(2);
    expect(await asksOf(config, failing(400))).toBe(1);
  });

  it("even a refused request, where the operator insists", async () => {
    const config = alone({ retry_policy: { BadRequestErrorRetries: 2 } });
    expect(await asksOf(config, failing(400))).toBe(3);
  });
});

describe("what callers wish for", () => {
  it("is bounded: a billion retries are twenty, and the answer says so", async () => {
    const many = { body: { num_retries: 1e9 } };
    expect(await asksOf(alone(), failing(500), many)).toBe(21);
    const deps = worldWith(alone(), vendors({ a: whole }).fetch);
    expect(await dispatched(deps, many)).toMatchObject({ kind: "answered", attemptsMax: 21 });
  });

  /** Does not answer before it is told to stop, which is when the call's clock reads so much more. */
  const hanging = (advance: () => void) => (request: Request) =>
    new Promise<Response>((_, reject) =>
      request.signal.addEventListener("abort", () => {
        advance();
        reject(new Error("aborted"));
      }),
    );

  it("puts no deployment to rest for others: hurry proves nothing", async () => {
    const silent = hanging(() => deps.advance(20));
    const { fetch, asked } = vendors({ a: [silent, silent, whole], b: silent, c: silent });
    const deps = worldWith(threeGpts({ num_retries: 0 }), fetch);
    for (const timeout of [0.0001, 0.02]) {
      const hurried = await dispatched(deps, { body: { timeout } });
      expect(hurried).toMatchObject({ failure: { category: "timeout" }, attempts: 1 });
    }
    expect(await dispatched(deps)).toMatchObject({ kind: "answered" });
    expect(asked).toEqual(["a", "a", "a"]);
  });

  it("counts less than what the operator wrote: who is silent for that long rests", async () => {
    const silent = hanging(() => undefined);
    const { fetch, asked } = vendors({ a: silent, b: whole });
    const model_list = [gptAt("a", { order: 1, timeout: 0.02 }), gptAt("b", { order: 2 })];
    const deps = worldWith({ model_list }, fetch);
    await dispatched(deps);
    await dispatched(deps);
    expect(asked).toEqual(["a", "b", "b"]);
  });
});

describe("waiting for the next attempt", () => {
  it("is never shorter than retry_after", async () => {
    const { fetch } = vendors({ a: [failing(500), whole] });
    const deps = worldWith(alone({ retry_after: 2 }), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered" });
    expect(deps.sleptMs).toEqual([2_000]);
  });

  it("is not part of going to another deployment", async () => {
    const { fetch } = vendors({ a: failing(500), b: whole });
    const deps = worldWith(threeGpts({ retry_after: 2 }), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered" });
    expect(deps.sleptMs).toEqual([]);
  });

  it("honours what Google says in the body of its refusal", async () => {
    const throttled = () =>
      Response.json(
        {
          error: {
            code: 429,
            status: "RESOURCE_EXHAUSTED",
            message: "Slow down.",
            details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3.5s" }],
          },
        },
        { status: 429 },
      );
    const answer = () =>
      Response.json({
        candidates: [{ content: { role: "model", parts: [{ text: "Hi" }] }, finishReason: "STOP" }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      });
    const { fetch } = vendors({ g: [throttled, answer] });
    const gemini = gptAt("g", { model: "gemini/gemini-2.5-flash", api_base: "https://g.example" });
    const deps = worldWith({ model_list: [gemini] }, fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered", attempts: 2 });
    expect(deps.sleptMs).toEqual([3_500]);
  });

  it("ends when the call's waits come to half a minute", async () => {
    const { fetch } = vendors({ a: failing(429, { "retry-after": "9" }) });
    const deps = worldWith(alone({ num_retries: 20 }), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "failed" });
    expect(deps.sleptMs).toEqual([9_000, 9_000, 9_000]);
  });

  it("ends where another model can be asked when it is as long as a line for a place", async () => {
    const { fetch } = vendors({ a: failing(429, { "retry-after": "4" }), b: whole });
    const spare = { ...gptAt("b"), model_name: "spare" };
    const config = { model_list: [gptAt("a"), spare], router_settings: { num_retries: 6 } };
    const deps = worldWith(config, fetch);
    await dispatched(deps);
    expect(deps.sleptMs.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(20_000);
    const { router_settings: router, ...models } = config;
    const withSpare = {
      ...models,
      router_settings: { ...router, fallbacks: [{ gpt: ["spare"] }] },
    };
    const hurried = worldWith(withSpare, fetch);
    await dispatched(hurried);
    expect(hurried.sleptMs).toEqual([4_000]);
  });

  it("is not all that ends with the call's time: nobody is asked any more, and nobody rests", async () => {
    const slow = () => {
      deps.advance(600_000);
      return failing(500)();
    };
    const { fetch, asked } = vendors({ a: slow, b: whole, c: whole });
    const deps = worldWith(threeGpts(), (request) => fetch(request));
    expect(await dispatched(deps)).toMatchObject({ kind: "failed", attempts: 1 });
    expect(asked).toEqual(["a"]);
  });

  it("does not go beyond the time the caller gave", async () => {
    const { fetch, asked } = vendors({ a: failing(429, { "retry-after": "3" }) });
    const deps = worldWith(alone({ num_retries: 20 }), fetch);
    expect(await dispatched(deps, { body: { timeout: 7 } })).toMatchObject({ kind: "failed" });
    expect(asked).toHaveLength(3);
  });
});

describe("attempts in vain that a vendor may bill", () => {
  const retries = { num_retries: 20 };
  /** Said 200 and stopped before its first word. */
  const broken = () => sse();

  it("end the call when they may have cost what it holds", async () => {
    const asking = (max_tokens: number) =>
      asksOf(alone(retries), broken, { body: { stream: true, max_tokens } });
    // The prompt is all there is to pay: once it was read twice, more than the call holds is gone.
    expect(await asking(1)).toBe(2);
    expect(await asking(100)).toBeGreaterThan(2);
    expect(await asking(100)).toBeLessThan(21);
    expect(await asking(10_000)).toBe(21);
  });

  it("cost what the vendor counted, where it did", async () => {
    const claude = gptAt("a", {
      model: "anthropic/claude-sonnet-4-5",
      api_base: "https://a.example",
    });
    const started = (input_tokens: number) => () =>
      sse({
        type: "message_start",
        message: {
          ...{ id: "msg_1", type: "message", role: "assistant", model: "claude", content: [] },
          usage: { input_tokens, output_tokens: 1 },
        },
      });
    const config = { model_list: [claude], router_settings: retries };
    const asked = { route: ANTHROPIC, body: { stream: true } };
    // At $3 and $15 per million; 100 tokens to write are held at $15.
    const few = await asksOf(config, started(10), asked);
    const many = await asksOf(config, started(300), asked);
    expect(many).toBeLessThan(few);
    expect(many).toBeGreaterThan(1);
  });

  it("never include what the vendor refused: that may be tried as often as is said", async () => {
    expect(await asksOf(alone(retries), failing(500), { body: { stream: true } })).toBe(21);
  });

  it("leave the caller one more attempt in any case", async () => {
    const { fetch } = vendors({ a: broken, b: answers.streamed });
    const body = {
      stream: true,
      max_tokens: 1,
      messages: [{ role: "user", content: "long ".repeat(5_000) }],
    };
    const result = await dispatched(worldWith(threeGpts({ num_retries: 0 }), fetch), { body });
    expect(result).toMatchObject({ kind: "answered", attempts: 2 });
  });
});
