import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { attemptAnswer } from "../../src/pipeline/attempt.ts";
import type { Call } from "../../src/pipeline/call.ts";
import type { Deps } from "../../src/pipeline/deps.ts";
import { findProvider } from "../../src/providers/index.ts";
import { objectIn } from "../core/parsed.ts";
import { rejectionOf } from "../core/thrown.ts";
import {
  answers,
  ANTHROPIC,
  bodyOf,
  callIn,
  CHUNKS,
  gptAt,
  OPENAI,
  sse,
  vendors,
  worldWith,
  type Asked,
} from "./world.ts";

interface Options extends Asked {
  entry?: object;
  router?: object;
  outputTokensMax?: number;
}

/** Asks the one deployment of `gpt` once. */
async function attempted(fetch: Deps["fetch"], options: Options = {}) {
  const { entry = gptAt("a"), router = {}, outputTokensMax } = options;
  const deps = worldWith({ model_list: [entry], router_settings: router }, fetch);
  return askOnce(await callIn(deps, options), deps, outputTokensMax);
}

function askOnce(call: Call, deps: Deps, outputTokensMax?: number) {
  const [deployment] = call.group.deployments;
  const provider = findProvider(deployment?.provider ?? "");
  if (deployment === undefined || provider === undefined) throw new Error("nobody to ask");
  const owner = { accountId: call.caller.accountId, userId: null };
  const given = { call, deployment, provider, attempts: 1, outputTokensMax };
  return attemptAnswer({ ...given, owner, previousId: undefined }, deps);
}

/** The body the vendor received. */
async function sentBody(options: Options): Promise<{ text: string; json: JsonObject }> {
  const { fetch, requests } = vendors({ a: answers.whole });
  await attempted(fetch, options);
  const text = (await requests[0]?.text()) ?? "";
  return { text, json: objectIn(text) };
}

const claude = gptAt("a", {
  model: "anthropic/claude-sonnet-4-5",
  api_base: "https://a.example",
  api_key: "sk-of-a",
});

describe("the body that is sent", () => {
  it("keeps the caller's bytes where the grammar is the same", async () => {
    const odd =
      '{"model":"gpt","messages":[{"role":"user","content":"\\u4eac"}],"big":12345678901234567890,"t":1.0}';
    const { fetch, requests } = vendors({ a: answers.whole });
    const deps = worldWith({ model_list: [gptAt("a")] }, fetch);
    const call = { ...(await callIn(deps)), body: { text: odd, value: objectIn(odd) } };
    await askOnce(call, deps);
    expect(await requests[0]?.text()).toBe(odd.replace('"gpt"', '"gpt-4.1"'));
  });

  it("is written anew in another grammar", async () => {
    const { json } = await sentBody({ route: ANTHROPIC, body: { system: "Be brief." } });
    expect(json).toMatchObject({
      model: "gpt-4.1",
      messages: [{ role: "system" }, { role: "user" }],
    });
    expect(json).not.toHaveProperty("system");
  });

  it.each([
    ["max_tokens", gptAt("a"), OPENAI],
    ["max_completion_tokens", gptAt("a", { model: "openai/o3" }), OPENAI],
    ["max_tokens", claude, ANTHROPIC],
    ["max_tokens", claude, OPENAI],
    ["max_tokens", gptAt("a"), ANTHROPIC],
    ["max_completion_tokens", gptAt("a", { model: "openai/o3" }), ANTHROPIC],
  ])("bounds the answer by %s", async (field, entry, route) => {
    const { json } = await sentBody({ entry, route, outputTokensMax: 77 });
    expect(json[field]).toBe(77);
  });

  it("bounds a Gemini answer in its own field", async () => {
    const { fetch, requests } = vendors({ a: answers.whole });
    const entry = gptAt("a", {
      model: "vertex_ai/gemini-2.5-flash",
      api_base: "https://a.example",
      vertex_project: "p",
      vertex_credentials: "{}",
    });
    const deps = worldWith({ model_list: [entry] }, fetch, {
      tokens: { accessToken: async () => "ya29", forget: () => undefined },
    });
    await askOnce(await callIn(deps), deps, 77);
    const body = objectIn((await requests[0]?.text()) ?? "");
    expect(body.generationConfig).toMatchObject({ maxOutputTokens: 77 });
  });
});

describe("a vendor's answer", () => {
  it("whole is read once and kept as it came", async () => {
    const result = await attempted(async () => answers.whole());
    const text = await answers.whole().text();
    expect(result).toMatchObject({ ok: true, answer: { kind: "whole", text } });
    const events = result.ok && result.answer.kind === "whole" ? result.answer.events : [];
    expect(events.map((event) => event.type)).toContain("finish");
  });

  it("streamed is held back until its first word", async () => {
    const result = await attempted(async () => answers.streamed(), { body: { stream: true } });
    if (!result.ok || result.answer.kind !== "streamed") throw new Error("not streamed");
    const types = result.answer.heldBack.flatMap(({ events }) => events.map(({ type }) => type));
    expect(types).toContain("block-delta");
    result.answer.stream.cancel();
  });

  it("that names its model in every frame is never forwarded natively", async () => {
    const body = { stream: true, stream_options: { include_usage: true } };
    const result = await attempted(async () => answers.streamed(), { body });
    if (!result.ok || result.answer.kind !== "streamed") throw new Error("not streamed");
    expect(result.answer.forward).toBeUndefined();
  });

  it("in another grammar is never forwarded", async () => {
    const options = { route: ANTHROPIC, body: { stream: true } };
    const result = await attempted(async () => answers.streamed(), options);
    if (!result.ok || result.answer.kind !== "streamed") throw new Error("not streamed");
    expect(result.answer.forward).toBeUndefined();
  });
});

describe("what a vendor does instead of answering", () => {
  const failureFor = async (answer: () => Response | Promise<Response>, options?: Options) => {
    const result = await attempted(async () => answer(), options);
    if (result.ok) throw new Error("it answered");
    return result.failure;
  };
  const html = '<html><head><title>502 Bad Gateway</title></head><body>"nginx"</body></html>';

  it.each([
    ["an HTML page", () => new Response(html, { status: 502 }), "server-error", 502],
    ["an HTML page with 200", () => new Response(html), "broken-stream", 0],
    ["nothing with 200", () => new Response(""), "broken-stream", 0],
    ["null with 200", () => new Response("null"), "broken-stream", 0],
    ["a list with 200", () => Response.json([{ a: 1 }]), "broken-stream", 0],
    ["an object that is no answer", () => Response.json({ ok: true }), "broken-stream", 0],
    ["nothing with 500", () => new Response(null, { status: 500 }), "server-error", 500],
    [
      "a list of errors",
      () =>
        Response.json([{ error: { message: "slow down", status: "RESOURCE_EXHAUSTED" } }], {
          status: 429,
        }),
      "rate-limit",
      429,
    ],
    [
      "an error that is no object",
      () => Response.json("no", { status: 400 }),
      "invalid-request",
      400,
    ],
    [
      "a body that breaks",
      () => new Response(bodyOf(['{"id":'], "breaks"), { status: 200 }),
      "connection",
      0,
    ],
    [
      "an error body that breaks",
      () => new Response(bodyOf(['{"err'], "breaks"), { status: 500 }),
      "connection",
      0,
    ],
  ])("%s becomes a value", async (_what, answer, category, status) => {
    expect(await failureFor(answer)).toMatchObject({ category, status });
  });

  it("a refused connection becomes a value", async () => {
    const failure = await failureFor(() => Promise.reject(new TypeError("ECONNREFUSED 10.0.0.7")));
    expect(failure).toMatchObject({ category: "connection", status: 0 });
    expect(failure.message).not.toContain("10.0.0.7");
  });

  it("a redirect is not followed: the credential would go with it", async () => {
    const requests: Request[] = [];
    const result = await attempted(async (request) => {
      requests.push(request);
      return new Response(null, { status: 307, headers: { location: "https://evil.example/" } });
    });
    expect(result).toMatchObject({ ok: false, failure: { category: "server-error", status: 307 } });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.redirect).toBe("manual");
  });

  it("an error page is kept to a bounded length", async () => {
    const failure = await failureFor(() => new Response("x".repeat(5_000_000), { status: 500 }));
    expect(failure.raw?.body.length).toBeLessThan(20_000);
    expect(failure.message.length).toBeLessThan(10_000);
  });

  const STREAMED = { body: { stream: true } };
  const [opening = ""] = CHUNKS;

  it.each([
    ["no events", () => sse()],
    ["no body", () => new Response(null)],
    ["comments only", () => new Response(": busy\n\n: busy\n\n")],
    ["an opening and no more", () => sse(opening)],
    ["an opening and [DONE]", () => sse(opening, "[DONE]")],
    ["a frame that is not JSON", () => sse(opening, "{oops")],
    [
      "an opening and a dead line",
      () => new Response(bodyOf([`data: ${JSON.stringify(opening)}\n\n`], "breaks")),
    ],
    ["JSON instead of a stream", () => answers.whole()],
  ])("a stream of %s is a failure before anything was passed on", async (_what, answer) => {
    expect(await failureFor(answer, STREAMED)).toMatchObject({ category: "broken-stream" });
  });

  it("an error before the first word is the vendor's error", async () => {
    const busy = { error: { message: "busy", type: "server_error", code: "rate_limit_exceeded" } };
    expect(await failureFor(() => sse(opening, busy), STREAMED)).toMatchObject({
      category: "rate-limit",
    });
  });
});

describe("a vendor that takes too long", () => {
  const never = (request: Request): Promise<Response> =>
    new Promise((_, reject) => {
      request.signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  const entry = gptAt("a", { timeout: 0.05 });

  it("to answer is given up", async () => {
    const result = await attempted(never, { entry });
    expect(result).toMatchObject({ ok: false, failure: { category: "timeout" } });
  });

  it("to say a first word is given up, although it said 200", async () => {
    const result = await attempted(
      async (request) => {
        const { readable, writable } = new IdentityTransformStream();
        request.signal.addEventListener(
          "abort",
          () => void writable.abort().catch(() => undefined),
        );
        return new Response(readable);
      },
      { entry: gptAt("a", { timeout: 5, stream_timeout: 0.05 }), body: { stream: true } },
    );
    expect(result).toMatchObject({ ok: false, failure: { category: "timeout" } });
  });

  it("is not given more time than is left of the router's", async () => {
    const result = await attempted(never, { router: { timeout: 0.05 } });
    expect(result).toMatchObject({ ok: false, failure: { category: "timeout" } });
  });
});

describe("a credential that is minted", () => {
  const entry = gptAt("a", {
    model: "vertex_ai/gemini-2.5-flash",
    api_base: "https://a.example",
    vertex_project: "p",
    vertex_credentials: "{}",
  });
  const unauthenticated = (): Response =>
    Response.json({ error: { code: 401, status: "UNAUTHENTICATED" } }, { status: 401 });
  const answered = (): Response =>
    Response.json({
      candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 },
    });

  async function askWith(refuse: (token: string) => boolean) {
    const seen: string[] = [];
    const forgotten: string[] = [];
    const deps = worldWith(
      { model_list: [entry] },
      async (request) => {
        const token = request.headers.get("authorization") ?? "";
        seen.push(token);
        return refuse(token) ? unauthenticated() : answered();
      },
      {
        tokens: {
          accessToken: async () => `ya29.${forgotten.length}`,
          forget: (_account, token) => void forgotten.push(token),
        },
      },
    );
    return { result: await askOnce(await callIn(deps), deps), seen, forgotten };
  }

  it("is forgotten and minted anew when the vendor refuses it", async () => {
    const { result, seen, forgotten } = await askWith((token) => token.endsWith(".0"));
    expect(result.ok).toBe(true);
    expect(seen).toEqual(["Bearer ya29.0", "Bearer ya29.1"]);
    expect(forgotten).toEqual(["ya29.0"]);
  });

  it("is refused for good the second time", async () => {
    const { result, seen } = await askWith(() => true);
    expect(result).toMatchObject({ ok: false, failure: { category: "credential" } });
    expect(seen).toHaveLength(2);
  });
});

it("lets a refusal of the caller's own request through as it is", async () => {
  const body = { messages: [{ role: "user", content: [{ type: "video" }] }] };
  const { fetch } = vendors({ a: answers.whole });
  const error = await rejectionOf(attempted(fetch, { route: OPENAI, entry: claude, body }));
  expect(error).toMatchObject({
    code: "invalid_request",
    details: { param: "messages.0.content.0.type" },
  });
});
