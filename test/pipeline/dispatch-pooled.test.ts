import { afterEach, describe, expect, it, vi } from "vitest";
import { wishFor } from "../platform/pools.ts";
import { spoken } from "./ended.ts";
import { callOver, lineWith } from "./line.ts";
import { choosersOf, freshPools } from "./pooled.ts";
import { answers, CHUNKS, gptAt, newKey, OPENAI, vendors } from "./world.ts";

const BODY = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

afterEach(() => void vi.useRealTimers());

/** Says its first words, and the rest when it is let. */
const inTwo = (gate: Promise<void>) => () => {
  const [first, rest] = [spoken(CHUNKS.slice(0, 2)), spoken(CHUNKS.slice(2))];
  const bytes = new TextEncoder();
  const body = new ReadableStream({
    type: "bytes",
    async start(controller) {
      controller.enqueue(bytes.encode(first));
      await gate;
      controller.enqueue(bytes.encode(rest));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};

describe("a deployment that is tried after its rest", () => {
  it("is open to all as soon as it begins to answer, however long the answer is", async () => {
    const pools = freshPools();
    vi.useFakeTimers({ toFake: ["Date"] });
    const gate = Promise.withResolvers<void>();
    const { fetch, asked } = vendors({ a: [answers.failing(500), inTwo(gate.promise)] });
    const config = {
      model_list: [gptAt("a", { order: 1 }), gptAt("b", { order: 2 })],
      router_settings: { num_retries: 0, cooldown_time: 5, allowed_fails: 0 },
    };
    const { deps } = lineWith(fetch, config, { chooserFor: choosersOf(pools) });
    const { key } = await newKey();
    const ask = () => callOver(OPENAI, deps, { key, body: { ...BODY, stream: true } });
    await ask();
    expect(asked).toEqual(["a", "b"]);
    vi.setSystemTime(Date.now() + 6_000);
    const long = ask();
    while (pools.seen.renewals.length === 0) await new Promise((next) => setTimeout(next, 5));
    const group = { name: "gpt", deployments: deps.config.deployments };
    const wish = { ...wishFor("a", "b"), group: "gpt", deadlineMs: Infinity };
    const { choice } = await deps.chooserFor(group, deps.config).peek(wish);
    expect(choice).toMatchObject({ kind: "chosen", deploymentId: "a", reason: "strategy" });
    gate.resolve();
    expect((await long).status).toBe(200);
  });
});

describe("a caller who hangs up", () => {
  it("in line for the next attempt is sent nowhere, and leaves no place behind", async () => {
    const pools = freshPools();
    const leaving = new AbortController();
    const { fetch, asked } = vendors({ a: answers.failing(500), b: answers.whole });
    const config = {
      model_list: [gptAt("a", { order: 1 }), gptAt("b", { order: 2, max_parallel_requests: 1 })],
      sekisho_settings: { routing: { queue_wait_ms: 5_000 } },
    };
    const { deps, kept } = lineWith(fetch, config, { chooserFor: choosersOf(pools) });
    const group = { name: "gpt", deployments: deps.config.deployments };
    const chooser = deps.chooserFor(group, deps.config);
    const other = { ...wishFor("b"), group: "gpt" };
    const busy = await chooser.choose(other);
    if (busy.kind === "full") throw new Error("no place");
    const { key } = await newKey();
    const call = callOver(OPENAI, deps, { key, body: BODY, leaving: leaving.signal });
    while (!pools.seen.trips.includes("chooseAgain"))
      await new Promise((next) => setTimeout(next, 5));
    leaving.abort();
    const { deploymentId, ticket } = busy;
    const result = { kind: "unsent" } as const;
    const { callId } = other;
    await chooser.finish({ callId, group: "gpt", deploymentId, ticket, result, tokens: 0 });
    await call;
    expect(asked).toEqual(["a"]);
    expect(kept.settlements).toHaveLength(1);
    const { deployments } = await chooser.peek(wishFor("a", "b"));
    expect(deployments.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });
});
