import { describe, expect, it } from "vitest";
import type { AnswerCache } from "../../src/core/answer-cache.ts";
import { budgetOf } from "../core/ledger/samples.ts";
import { ask, begin, cachingLine, ONE, until, type Hosts, type Key } from "./caching.ts";
import { answers, bodyOf, CHUNKS, newKey, standingOf } from "./world.ts";

type Line = ReturnType<typeof cachingLine>;

describe("those who ask the same meanwhile", () => {
  /** A vendor who answers when it is told to. */
  function held(...then: (() => Response)[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [first = answers.whole, ...others] = then;
    return {
      go: resolve,
      hosts: { a: [() => promise.then(first), ...others] } satisfies Hosts,
    };
  }

  /** One call that makes the answer, and three that wait for it. */
  async function together(line: Line, key: Key, go: () => void, body: object = {}) {
    const { deps, asked, seen } = line;
    const leader = await begin(deps, key, { body });
    await until(() => asked.length === 1);
    const followers = await Promise.all([1, 2, 3].map(() => begin(deps, key, { body })));
    await until(() => seen.opened === 4);
    go();
    return { leader, followers };
  }

  it("each have an answer when the first is refused, and each is settled once", async () => {
    const { go, hosts } = held(answers.failing(400), answers.whole);
    const line = cachingLine(hosts);
    const { kept, asked } = line;
    const key = await newKey({ limits: budgetOf(1_000_000_000) });
    const { leader, followers } = await together(line, key, go);
    await expect(leader.response).rejects.toThrow();
    for (const { response, context } of followers) {
      expect((await response).status).toBe(200);
      await (await response).text();
      await context.done();
    }
    await leader.context.done();
    expect(asked).toEqual(["a", "a"]);
    expect(kept.settlements).toHaveLength(4);
    expect(new Set(kept.settlements.map(({ leaseId }) => leaseId)).size).toBe(4);
    expect(kept.settlements.filter(({ costNanoUsd }) => costNanoUsd > 0)).toHaveLength(1);
    expect(await standingOf(key)).toMatchObject({ heldNanoUsd: 0 });
  });

  it("each have an answer when the first is cut in the middle of its stream", async () => {
    const [opening, word] = CHUNKS.map((one) => `data: ${JSON.stringify(one)}\n\n`);
    const cut = () =>
      new Response(bodyOf([opening ?? "", word ?? ""], "breaks"), {
        headers: { "content-type": "text/event-stream" },
      });
    const { go, hosts } = held(cut, answers.streamed);
    const line = cachingLine(hosts);
    const { kept, asked } = line;
    const key = await newKey();
    const { leader, followers } = await together(line, key, go, { stream: true });
    await (await leader.response).text().catch(() => undefined);
    const texts = followers.map(async ({ response }) => (await response).text());
    for (const text of await Promise.all(texts)) expect(text).toContain("[DONE]");
    for (const { context } of [leader, ...followers]) await context.done();
    expect(asked).toEqual(["a", "a"]);
    expect(kept.settlements).toHaveLength(4);
  });

  it("have the next one make it when the first hangs up in the middle of a stream", async () => {
    const pieces = CHUNKS.map((one) =>
      typeof one === "string" ? `data: ${one}\n\n` : `data: ${JSON.stringify(one)}\n\n`,
    );
    const { promise: more, resolve: goOn } = Promise.withResolvers<void>();
    const slowly = (): Response => {
      const encoder = new TextEncoder();
      let at = 0;
      const body = new ReadableStream({
        type: "bytes",
        async pull(controller) {
          if (at === 3) await more;
          const piece = pieces[at];
          at += 1;
          if (piece !== undefined) return controller.enqueue(encoder.encode(piece));
          controller.close();
          controller.byobRequest?.respond(0);
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const { go, hosts } = held(slowly, answers.streamed);
    const line = cachingLine(hosts);
    const { kept, asked } = line;
    const key = await newKey();
    const { leader, followers } = await together(line, key, go, { stream: true });
    const reader = (await leader.response).body?.getReader();
    await reader?.read();
    leader.context.hangUp();
    const texts = followers.map(async ({ response }) => (await response).text());
    for (const text of await Promise.all(texts)) expect(text).toContain("[DONE]");
    goOn();
    for (const { context } of [leader, ...followers]) await context.done();
    expect(asked).toEqual(["a", "a"]);
    expect(kept.settlements).toHaveLength(4);
  });

  it("leave without a charge, and hold nobody up", async () => {
    const { go, hosts } = held();
    const { deps, kept, asked, seen } = cachingLine(hosts);
    const key = await newKey({ limits: budgetOf(1_000_000_000) });
    const leader = await begin(deps, key);
    await until(() => asked.length === 1);
    const follower = await begin(deps, key);
    await until(() => seen.opened === 2);
    follower.context.hangUp();
    await expect(follower.response).rejects.toThrow("hung up");
    expect(kept.settlements).toMatchObject([{ costNanoUsd: 0, record: { ending: "refused" } }]);
    go();
    await (await leader.response).text();
    for (const { context } of [leader, follower]) await context.done();
    expect(kept.settlements).toHaveLength(2);
    expect(await standingOf(key)).toMatchObject({ heldNanoUsd: 0 });
  });

  it("do not wait for a call whose answer will not be kept", async () => {
    const { deps, asked } = cachingLine({ a: answers.whole });
    const key = await newKey();
    await ask(deps, key, { headers: { "cache-control": "no-store" } });
    const startedAtMs = Date.now();
    expect((await ask(deps, key)).cache).toBe("miss");
    expect(Date.now() - startedAtMs).toBeLessThan(5_000);
    expect(asked).toEqual(["a", "a"]);
  });

  it("wait for half of the time they have, and then make their own", async () => {
    const waits: number[] = [];
    const cache: AnswerCache = {
      open: async ({ waitMs }) => {
        waits.push(waitMs);
        return { kind: "make", claim: "mine" };
      },
      keep: () => Promise.resolve(),
      letGo: () => Promise.resolve(),
    };
    const hosts = { a: answers.whole };
    const { deps } = cachingLine(hosts, ONE, { answerCache: () => cache });
    const key = await newKey();
    for (const body of [{}, { timeout: 10 }, { cache: { "no-cache": true } }]) {
      await ask(deps, key, { body });
    }
    const { deps: streaming } = cachingLine({ a: answers.streamed }, ONE, {
      answerCache: () => cache,
    });
    await ask(streaming, key, { body: { stream: true, stream_timeout: 3 } });
    expect(waits).toEqual([60_000, 5_000, 0, 3_000]);
  });
});
