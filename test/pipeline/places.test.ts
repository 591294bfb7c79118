import { describe, expect, it } from "vitest";
import { budgetOf } from "../core/ledger/samples.ts";
import { end, STREAMED, TRANSLATED, type Asked } from "./ended.ts";
import { callOver, errorIn, lineWith } from "./line.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import {
  ANTHROPIC,
  answers,
  bodyOf,
  CHUNKS,
  gptAt,
  newKey,
  OPENAI,
  sse,
  threeGpts,
  vendors,
  worldWith,
} from "./world.ts";

const BODY = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

/** A line whose objects note when they are asked and when they have answered. */
function watchedLine(
  config: object,
  fetch = vendors({ a: answers.whole, b: answers.whole, c: answers.whole }).fetch,
) {
  const events: string[] = [];
  const pools = freshPools();
  const { pool } = pools;
  const noted = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    events.push(`${what}?`);
    const result = await work();
    events.push(what);
    return result;
  };
  const watched: typeof pools = {
    ...pools,
    pool: (group) => {
      const real = pool(group);
      return { ...real, choose: (asked) => noted("pool", () => real.choose(asked)) };
    },
  };
  const send = (request: Request): Promise<Response> => {
    events.push("upstream");
    return fetch(request);
  };
  const { deps, kept } = lineWith(send, config, { chooserFor: choosersOf(watched) });
  const account = deps.account;
  deps.account = (id) => {
    const real = account(id);
    return { ...real, reserve: (asked) => noted("account", () => real.reserve(asked)) };
  };
  return { deps, kept, events, seen: pools.seen };
}

describe("before the upstream is asked", () => {
  it("a group with one deployment costs one round trip, and its pool is never touched", async () => {
    const { deps, events, seen } = watchedLine({ model_list: [gptAt("a")] });
    const { key } = await newKey();
    for (let call = 0; call < 3; call++) {
      events.length = 0;
      expect((await callOver(OPENAI, deps, { key, body: BODY })).status).toBe(200);
      expect(events.slice(0, 3)).toEqual(["account?", "account", "upstream"]);
    }
    expect(seen.trips).toEqual([]);
  });

  it("any other costs two, at the same time", async () => {
    const { deps, events, seen } = watchedLine(threeGpts());
    const { key } = await newKey();
    await callOver(OPENAI, deps, { key, body: BODY });
    events.length = 0;
    seen.trips.length = 0;
    const { headers } = await callOver(OPENAI, deps, { key, body: BODY });
    expect(headers.get("x-sekisho-route")).toBe("strategy");
    expect(events.slice(0, 2).toSorted()).toEqual(["account?", "pool?"]);
    expect(events.slice(2, 4).toSorted()).toEqual(["account", "pool"]);
    expect(events[4]).toBe("upstream");
    expect(seen.trips).toEqual(["choose", "finish"]);
  });

  it("one trip more tells of a failure and finds the next", async () => {
    const { fetch } = vendors({ a: answers.failing(429), b: answers.whole });
    const { deps, seen } = watchedLine(threeGpts(), fetch);
    const { key } = await newKey();
    await callOver(OPENAI, deps, { key, body: BODY });
    // The first call of all brought the rules.
    expect(seen.trips).toEqual(["choose", "choose", "chooseAgain", "finish"]);
  });
});

/** One after the other, so that each meets what the one before left. */
const ENDINGS: [string, Asked][] = [
  ["answers", {}],
  ["answers another grammar", TRANSLATED],
  ["streams", STREAMED],
  ["streams and breaks", { ...STREAMED, vendor: () => sse(...CHUNKS.slice(0, 3)) }],
  [
    "is cut in a stream",
    { ...STREAMED, vendor: () => new Response(bodyOf(["data: {"], "breaks")) },
  ],
  ["refuses", { vendor: answers.failing(400) }],
  ["throttles", { vendor: answers.failing(429) }],
  ["fails", { vendor: answers.failing(500) }],
  ["says no JSON", { vendor: () => new Response("<html>") }],
  ["cannot be reached", { vendor: () => Promise.reject(new Error("refused")) }],
  ["is asked what it cannot express", { route: ANTHROPIC, body: { container: "c_1" } }],
  ["answers a caller who left", { leaves: "when the vendor is asked" }],
  ["streams to a caller who leaves", { ...STREAMED, leaves: "at the first piece" }],
  ["is not asked, because its caller left", { leaves: "at once" }],
  ["fails a caller who leaves", { vendor: answers.failing(500), leaves: "between attempts" }],
  ["answers while its settlement is lost", { losses: 1 }],
];

describe("a place is given back exactly once when the upstream", () => {
  it.each(ENDINGS)("%s", async (_what, asked) => {
    const pools = freshPools();
    const config = {
      model_list: [gptAt("a", { rpm: 1_000 })],
      router_settings: { num_retries: 1 },
    };
    await end({ config, ...asked, changes: { ...asked.changes, chooserFor: choosersOf(pools) } });
    const { taken, reports } = pools.seen;
    expect(taken.length).toBeGreaterThan(0);
    expect(reports.map(({ ticket }) => ticket).toSorted()).toEqual(taken.toSorted());
    const { deployments } = await peekAt(pools);
    expect(deployments.map(({ inFlight }) => inFlight)).toEqual([0]);
  });

  it("is never asked, because the account refuses the call: then it was no call of the minute's", async () => {
    const pools = freshPools();
    const config = { model_list: [gptAt("a", { rpm: 1_000 })] };
    const { deps } = lineWith(vendors({}).fetch, config, { chooserFor: choosersOf(pools) });
    const { key } = await newKey({ limits: budgetOf(1) });
    expect((await callOver(OPENAI, deps, { key, body: BODY })).status).toBe(429);
    expect(pools.seen.reports).toMatchObject([{ result: { kind: "unsent" }, tokens: 0 }]);
    const { deployments } = await peekAt(pools);
    expect(deployments).toMatchObject([{ inFlight: 0, requestsLastMinute: 0 }]);
  });
});

/** How the pool of `gpt` sees its one deployment. */
async function peekAt(pools: ReturnType<typeof freshPools>) {
  const config = { model_list: [gptAt("a", { rpm: 1_000 })] };
  const deps = worldWith(config, undefined, { chooserFor: choosersOf(pools) });
  const group = { name: "gpt", deployments: deps.config.deployments };
  return deps.chooserFor(group, deps.config).peek({
    ...{ callId: "peek", group: "gpt", eligible: ["a"], asked: [], tokens: 1, stream: false },
    ...{ affinity: null, cachedTokensGuess: 0, fairTo: "x", waitMs: 0, deadlineMs: Infinity },
  });
}

describe("what is told of an answer", () => {
  it("is its tokens, its times, and what the vendor says of its limits", async () => {
    const pools = freshPools();
    const headers = {
      "content-type": "text/event-stream",
      "x-ratelimit-limit-requests": "500",
      "x-ratelimit-remaining-requests": "499",
    };
    const { fetch } = vendors({ a: () => new Response(answers.streamed().body, { headers }) });
    const config = { model_list: [gptAt("a", { rpm: 10 })] };
    const { deps, kept } = lineWith(fetch, config, { chooserFor: choosersOf(pools) });
    const { key } = await newKey();
    await callOver(OPENAI, deps, { key, body: { ...BODY, stream: true } });
    expect(pools.seen.reports).toMatchObject([
      {
        deploymentId: "a",
        result: { kind: "answered", firstTokenMs: 0, totalMs: 0 },
        tokens: 12,
        quota: { requestsLimit: 500, requestsRemaining: 499 },
      },
    ]);
    expect(kept.settlements[0]?.record).toMatchObject({
      routeReason: "only",
      cachedTokensExpected: 0,
    });
  });
});

describe("when every deployment is full", () => {
  const config = (router: object = {}, routing: object = { queue_wait_ms: 0 }) => ({
    model_list: [gptAt("a", { rpm: 1 })],
    router_settings: router,
    sekisho_settings: { routing },
  });

  it.each([OPENAI, ANTHROPIC])(
    "the caller is told in its own grammar when to come back",
    async (route) => {
      const pools = freshPools();
      const { fetch, asked } = vendors({ a: answers.whole });
      const { deps, kept } = lineWith(fetch, config(), { chooserFor: choosersOf(pools) });
      const { key } = await newKey();
      await callOver(route, deps, { key, body: BODY });
      const told = await callOver(route, deps, { key, body: BODY });
      expect(told.status).toBe(429);
      expect(told.text).toMatch(
        /No deployments available for selected model, Try again in \d+ seconds/,
      );
      expect(told.headers.get("x-sekisho-error-origin")).toBe("gateway");
      expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(50);
      const type = route === OPENAI ? "throttling_error" : "rate_limit_error";
      expect(errorIn(told).type).toBe(type);
      expect(asked).toEqual(["a"]);
      expect(kept.settlements[1]?.record).toMatchObject({
        errorCode: "no_deployment_free",
        costNanoUsd: 0,
        attempts: 0,
      });
    },
  );

  it("the call waits for one that is only busy", async () => {
    const pools = freshPools();
    const busy = Promise.withResolvers<void>();
    const { fetch, asked } = vendors({
      a: [() => busy.promise.then(answers.whole), answers.whole],
    });
    const parallel = {
      model_list: [gptAt("a", { max_parallel_requests: 1 })],
      sekisho_settings: { routing: { queue_wait_ms: 4_000 } },
    };
    const { deps } = lineWith(fetch, parallel, { chooserFor: choosersOf(pools) });
    const { key } = await newKey();
    const first = callOver(OPENAI, deps, { key, body: BODY });
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = callOver(OPENAI, deps, { key, body: BODY });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toEqual(["a"]);
    busy.resolve();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });
});

describe("two isolates", () => {
  it("see each other's refusals: what throttled one is not asked by the other", async () => {
    const pools = freshPools();
    const { fetch, asked } = vendors({ a: answers.failing(429), b: answers.whole });
    const { key } = await newKey();
    for (const isolate of ["first", "second", "third"]) {
      const { deps } = lineWith(fetch, threeGpts(), { chooserFor: choosersOf(pools) });
      const body = { ...BODY, messages: [{ role: "user", content: isolate }] };
      expect((await callOver(OPENAI, deps, { key, body })).status).toBe(200);
    }
    expect(asked).toEqual(["a", "b", "b", "b"]);
  });
});

describe("a pool that cannot be reached", () => {
  it("fails no call: the isolate chooses by itself, and says so once a minute", async () => {
    const pools = freshPools();
    pools.seen.isAway = true;
    let nowMs = Date.now();
    const { fetch, asked } = vendors({ a: answers.failing(429), b: answers.whole });
    const chooserFor = choosersOf(pools, () => nowMs);
    const { deps } = lineWith(fetch, threeGpts(), { chooserFor });
    const { key } = await newKey();
    const ask = async (): Promise<number> =>
      (await callOver(OPENAI, deps, { key, body: BODY })).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 200]);
    expect(asked).toEqual(["a", "b", "b", "b"]);
    expect(pools.seen.away).toHaveLength(1);
    nowMs += 60_001;
    expect(await ask()).toBe(200);
    expect(pools.seen.away).toHaveLength(2);
    // It is asked again as soon as it is back.
    pools.seen.isAway = false;
    expect(await ask()).toBe(200);
    expect(pools.seen.taken).not.toEqual([]);
  });
});
