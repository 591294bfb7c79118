import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { asArray, asObject, parseJson } from "../upstream/json.ts";
import { startUpstream } from "../upstream/upstream.ts";
import type { Upstream } from "../upstream/upstream.ts";
import {
  claudeText,
  createCaller,
  eventsOf,
  firstChoice,
  framesOf,
  objectOf,
} from "./upstream-client.ts";
import type { Caller } from "./upstream-client.ts";

let upstream: Upstream;
let call: Caller;
beforeAll(async () => {
  upstream = await startUpstream();
  call = createCaller(upstream);
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.stop());

describe("scripts", () => {
  const anthropic = { vendor: "anthropic" } as const;

  it("are used in order, then answers are normal again", async () => {
    const script = upstream.script(anthropic, [
      { throttle: { retryAfterSeconds: 3 } },
      { status: { status: 418, body: "tea" } },
    ]);
    const [first, second, third] = [
      await call.anthropic(),
      await call.anthropic(),
      await call.anthropic(),
    ];
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "3"]);
    expect([second.status, await second.text()]).toEqual([418, "tea"]);
    expect([third.status, script.used]).toEqual([200, 2]);
  });

  it("stay when they are sticky, and the latest is asked first", async () => {
    const lasting = upstream.script(anthropic, [{ throttle: {} }], { sticky: true });
    upstream.script({ model: "claude-sonnet-4-5" }, [{ reply: "only this" }]);
    expect(claudeText(await objectOf(await call.anthropic()))).toBe("only this");
    expect([(await call.anthropic()).status, (await call.anthropic()).status]).toEqual([429, 429]);
    lasting.remove();
    expect((await call.anthropic()).status).toBe(200);
  });

  it("match by region and by path, and leave invalid requests alone", async () => {
    const script = upstream.script(
      { vendor: "bedrock", region: "us-west-2", path: "-response-stream" },
      [{ throttle: {} }],
    );
    expect((await call.bedrock({}, { stream: true })).status).toBe(200);
    expect((await call.bedrock({}, { region: "us-west-2" })).status).toBe(200);
    expect((await call.bedrock({ model: "x" }, { region: "us-west-2", stream: true })).status).toBe(
      400,
    );
    expect(script.used).toBe(0);
    expect((await call.bedrock({}, { region: "us-west-2", stream: true })).status).toBe(429);
  });

  it("report any usage, or none", async () => {
    const usage = {
      inputTokens: 1000,
      cacheReadTokens: 600,
      cacheWrite1hTokens: 100,
      outputTokens: 50,
    };
    upstream.script({}, [{ usage }, { usage }, { usage: "none" }]);
    expect((await objectOf(await call.anthropic()))["usage"]).toMatchObject({
      input_tokens: 300,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 100,
      output_tokens: 50,
    });
    expect((await objectOf(await call.openai()))["usage"]).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
    });
    expect(await objectOf(await call.openai())).not.toHaveProperty("usage");
  });

  it("stall before the headers, before the first token and in the middle, or go slowly", async () => {
    upstream.script(anthropic, [
      { stallBeforeHeadersMs: 80 },
      { stallBeforeFirstTokenMs: 80 },
      { stallAt: { chunk: 3, ms: 80 } },
      { paceMs: 10 },
    ]);
    for (const headersLate of [true, false, false, false]) {
      const startedMs = performance.now();
      const response = await call.anthropic({ stream: true });
      expect(performance.now() - startedMs > 70).toBe(headersLate);
      await response.text();
      expect(performance.now() - startedMs).toBeGreaterThan(70);
    }
  });

  it("cut the connection, with and without a stream", async () => {
    upstream.script(anthropic, [{ cutAt: 2 }, { cutAt: 0 }]);
    const cut = await call.anthropic({ stream: true });
    await expect(cut.text()).rejects.toThrow();
    expect(upstream.requests[0]).toMatchObject({ chunksSent: 2 });
    expect(upstream.requests[0]?.abortedAtMs).toBeUndefined();
    await expect((await call.anthropic()).text()).rejects.toThrow();
  });

  it("end cleanly without the final events, or before any", async () => {
    upstream.script({ vendor: "openai" }, [{ cleanEndAt: 3 }, { emptyStream: true }]);
    expect(await eventsOf(await call.openai({ stream: true }))).toHaveLength(3);
    const empty = await call.openai({ stream: true });
    expect([empty.status, await empty.text()]).toEqual([200, ""]);
  });

  it("put the vendor's own error into the stream", async () => {
    upstream.script({}, [{ errorAt: 1 }, { errorAt: 1 }, { errorAt: 0 }]);
    expect((await eventsOf(await call.anthropic({ stream: true }))).at(-1)).toMatchObject({
      type: "error",
      error: { type: "overloaded_error" },
    });
    const text = await (await call.openai({ stream: true })).text();
    expect(text).toContain('"type":"server_error"');
    expect(text).not.toContain("[DONE]");
    expect((await call.openai()).status).toBe(500);
  });

  it("break one chunk", async () => {
    upstream.script({}, [{ corruptAt: 1 }, { corruptAt: 1 }]);
    await expect(call.bedrock({}, { stream: true }).then(framesOf)).rejects.toThrow(
      "wrong message checksum",
    );
    const lines = (await (await call.openai({ stream: true })).text()).split("\n\n");
    expect(parseJson(lines[0]?.slice(6) ?? "")).toBeDefined();
    expect(parseJson(lines[1]?.slice(6) ?? "")).toBeUndefined();
  });

  it("split a stream anywhere without changing a byte", async () => {
    upstream.script({ vendor: "bedrock" }, [{ splitBytes: 7 }]);
    const frames = await framesOf(await call.bedrock({}, { stream: true }));
    expect(frames.at(-1)?.headers[":event-type"]).toBe("chunk");
  });

  it("hang until the caller gives up, and notice that", async () => {
    upstream.script({}, [{ hang: true }, { stallAt: { chunk: 2, ms: 10_000 } }]);
    await expect(call.bedrock({}, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    const leaving = new AbortController();
    const response = await call.bedrock({}, { stream: true, signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await vi.waitFor(() =>
      expect(upstream.requests.map((request) => typeof request.abortedAtMs)).toEqual([
        "number",
        "number",
      ]),
    );
  });
});

describe("records", () => {
  it("keep what came in and why it was refused", async () => {
    await call.openai({ top_k: 1 });
    expect(upstream.requests).toMatchObject([
      {
        vendor: "openai",
        method: "POST",
        path: "/openai/v1/chat/completions",
        body: { model: "gpt-4.1", top_k: 1 },
        status: 400,
        refusal: "Unrecognized request argument supplied: top_k",
      },
    ]);
    expect(upstream.requests[0]?.rawBody.toString()).toContain("top_k");
  });

  it("can be read and scripted over HTTP", async () => {
    const post = async (path: string, body: object): Promise<Response> =>
      fetch(`${upstream.url}/control/${path}`, { method: "POST", body: JSON.stringify(body) });
    await post("script", { match: { vendor: "openai" }, behaviours: [{ reply: "by hand" }] });
    expect(firstChoice(await objectOf(await call.openai()))["message"]).toMatchObject({
      content: "by hand",
    });
    const requests = parseJson(await (await fetch(`${upstream.url}/control/requests`)).text());
    expect(asArray(requests).map((request) => asObject(request)["vendor"])).toEqual(["openai"]);
    await post("reset", {});
    expect(upstream.requests).toEqual([]);
  });
});

describe("Datadog", () => {
  async function send(items: unknown, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(`${upstream.url}/datadog/api/v2/logs`, {
      method: "POST",
      headers: {
        "dd-api-key": upstream.credentials.datadogApiKey,
        "content-type": "application/json",
        "content-encoding": "gzip",
        ...headers,
      },
      body: new Uint8Array(gzipSync(JSON.stringify(items))),
    });
    await response.text();
    return response.status;
  }

  it("keeps the logs it accepts", async () => {
    expect(await send([{ message: "a" }, { message: "b" }])).toBe(202);
    expect(upstream.datadog).toMatchObject({
      items: [{ message: "a" }, { message: "b" }],
      batches: 1,
      truncated: 0,
    });
  });

  it("refuses a wrong key, broken gzip, too many and too much", async () => {
    expect(await send([], { "dd-api-key": "wrong" })).toBe(403);
    expect(await send([], { "dd-api-key": "" })).toBe(401);
    expect(await send([], { "content-encoding": "br" })).toBe(400);
    expect(await send("text")).toBe(400);
    expect(await send(Array.from({ length: 1001 }, () => ({})))).toBe(413);
    expect(await send(Array.from({ length: 6 }, () => ({ message: "x".repeat(900_000) })))).toBe(
      413,
    );
    expect(upstream.datadog.items).toEqual([]);
  });

  it("cuts a log of more than a megabyte without a word", async () => {
    expect(await send([{ message: "x".repeat(1_100_000) }])).toBe(202);
    expect(upstream.datadog.truncated).toBe(1);
    expect(JSON.stringify(upstream.datadog.items[0])).toHaveLength(1_000_000);
  });

  it("fails as it is told to, and then keeps nothing", async () => {
    upstream.script(
      { vendor: "datadog" },
      [408, 429, 500, 413].map((status) => ({ status: { status } })),
    );
    expect([
      await send([{}]),
      await send([{}]),
      await send([{}]),
      await send([{}]),
      await send([{}]),
    ]).toEqual([408, 429, 500, 413, 202]);
    expect(upstream.datadog.items).toHaveLength(1);
  });
});
