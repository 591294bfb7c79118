import { describe, expect, it } from "vitest";
import { answer } from "../../src/pipeline/answer.ts";
import { objectIn } from "../core/parsed.ts";
import { rejectionOf } from "../core/thrown.ts";
import { lineWith } from "./line.ts";
import {
  answers,
  bodyOf,
  contextIn,
  newKey,
  OPENAI,
  sse,
  standingOf,
  vendors,
  CHUNKS,
  type World,
} from "./world.ts";

const COUNTED = { stream: true, stream_options: { include_usage: true } };

/** The same, but for the one thing that is the gateway's to say. */
const renamed = (text: string): string => text.replaceAll("gpt-4.1-2025-04-14", "gpt");

/** The whole line over real accounts, with every settlement kept. */
function lineTo(fetch: World["fetch"]) {
  const { deps, kept } = lineWith(fetch);
  const ask = (key: string, body: object = {}, context = contextIn(deps)): Promise<Response> => {
    const whole = { model: "gpt", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };
    const request = new Request("https://gateway.example/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ ...whole, ...body }),
    });
    return answer(request, OPENAI, context, deps);
  };
  return { deps, settlements: kept.settlements, ask };
}

describe("a call that is answered", () => {
  it("whole is passed on under the asked name and settled once, at what it cost", async () => {
    const { fetch } = vendors({ a: answers.whole });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key, ...caller } = await newKey();
    const context = contextIn(deps);
    const response = await ask(key, {}, context);
    expect(await response.text()).toBe(renamed(await answers.whole().text()));
    // 10 tokens at $2 and 2 at $8 per million.
    expect(response.headers.get("x-litellm-response-cost")).toBe("0.000036");
    await context.done();
    expect(settlements).toMatchObject([
      { costNanoUsd: 36_000, tokens: 12, record: { ending: "finished", status: "success" } },
    ]);
    expect(await standingOf(caller)).toMatchObject({ heldNanoUsd: 0, lifetimeNanoUsd: 36_000 });
  });

  it("streamed hides the counts we asked for and nobody else did", async () => {
    const { fetch, requests } = vendors({ a: answers.streamed });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key } = await newKey();
    const context = contextIn(deps);
    const response = await ask(key, { stream: true }, context);
    const text = await response.text();
    expect(text).toContain('"content":"Hel"');
    expect(text).not.toContain("prompt_tokens");
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const sent = objectIn((await requests[0]?.text()) ?? "");
    expect(sent.stream_options).toEqual({ include_usage: true });
    await context.done();
    expect(settlements).toMatchObject([{ costNanoUsd: 36_000, record: { ending: "finished" } }]);
  });

  it("streamed shows the counts to who asked for them", async () => {
    const text = await answers.streamed().text();
    const { fetch } = vendors({ a: () => new Response(bodyOf([text])) });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key } = await newKey();
    const context = contextIn(deps);
    const response = await ask(key, COUNTED, context);
    expect(await response.text()).toBe(renamed(text));
    await context.done();
    expect(settlements).toMatchObject([{ record: { ending: "finished" } }]);
  });

  it("by a stream that stops is charged for what came, and told as an error", async () => {
    const { fetch } = vendors({ a: () => sse(...CHUNKS.slice(0, 3)) });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key } = await newKey();
    const context = contextIn(deps);
    const response = await ask(key, { stream: true }, context);
    await expect(response.text()).rejects.toThrow();
    await context.done();
    expect(settlements).toMatchObject([
      { record: { ending: "broken", errorCode: "upstream_error", usageSource: "observed" } },
    ]);
    expect(settlements[0]?.costNanoUsd).toBeGreaterThan(0);
  });

  it("keeps its time apart from the upstream's", async () => {
    const world: { advance(milliseconds: number): void }[] = [];
    const { fetch } = vendors({
      a: () => {
        world[0]?.advance(5_000);
        return answers.whole();
      },
    });
    const { deps, settlements, ask } = lineTo(fetch);
    world.push(deps);
    const { key } = await newKey();
    await ask(key);
    const { record } = settlements[0] ?? {};
    expect(record?.overheadMs).toBe(0);
    expect((record?.endedAtMs ?? 0) - (record?.startedAtMs ?? 0)).toBe(5_000);
  });
});

describe("a call that fails", () => {
  it("upstream is settled at nothing and remembered", async () => {
    const { fetch } = vendors({
      a: answers.failing(500),
      b: answers.failing(500),
      c: answers.failing(429, { "retry-after": "60" }),
    });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key } = await newKey();
    const context = contextIn(deps);
    const error = await rejectionOf(ask(key, {}, context));
    expect(error.code).toMatch(/^upstream_/);
    await context.done();
    expect(settlements).toMatchObject([
      { costNanoUsd: 0, record: { ending: "refused", status: "failure", attempts: 3 } },
    ]);
  });

  it("because of its own words is settled at nothing, with that code", async () => {
    const { fetch } = vendors({ a: answers.failing(400, {}, "bad words") });
    const { deps, settlements, ask } = lineTo(fetch);
    const { key } = await newKey();
    const context = contextIn(deps);
    const error = await rejectionOf(ask(key, {}, context));
    expect(error.details.verbatim?.status).toBe(400);
    await context.done();
    expect(settlements).toMatchObject([{ record: { errorCode: "upstream_invalid_request" } }]);
    expect(JSON.stringify(settlements)).not.toContain("bad words");
  });

  it("before it was admitted leaves nothing behind", async () => {
    const { settlements, ask } = lineTo(() => Promise.reject(new Error("asked")));
    const { key } = await newKey();
    expect((await rejectionOf(ask(key, { model: "nobody" }))).code).toBe("unknown_model");
    expect((await rejectionOf(ask("sk-unknown"))).code).toBe("invalid_key");
    expect((await rejectionOf(ask(key, { messages: "Hi" }))).code).toBe("invalid_request");
    expect(settlements).toEqual([]);
  });
});
