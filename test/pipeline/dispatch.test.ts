import { describe, expect, it } from "vitest";
import type { FailureCategory } from "../../src/core/failure.ts";
import { dispatch } from "../../src/pipeline/dispatch.ts";
import { admit } from "../../src/pipeline/admit.ts";
import { createPlaces } from "../../src/pipeline/places.ts";
import { wishFor } from "../platform/pools.ts";
import { rejectionOf } from "../core/thrown.ts";
import {
  admittedIn,
  ANTHROPIC,
  answers,
  callIn,
  contextIn,
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

/** The failures vendors have, by what an OpenAI-like one answers. */
const FAILURES: Record<FailureCategory, () => Response | Promise<Response>> = {
  "rate-limit": failing(429),
  quota: () => Response.json({ error: { code: "insufficient_quota" } }, { status: 429 }),
  overloaded: failing(503),
  "server-error": failing(500),
  timeout: failing(504),
  connection: () => Promise.reject(new Error("refused")),
  "broken-stream": () => new Response("<html>"),
  "context-length": () =>
    Response.json({ error: { code: "context_length_exceeded" } }, { status: 400 }),
  "content-policy": () => Response.json({ error: { code: "content_filter" } }, { status: 400 }),
  "invalid-request": failing(400),
  "too-large": failing(413),
  // As many OpenAI-like servers say it: no code, and the type of a malformed request.
  credential: () =>
    Response.json(
      { error: { message: "Incorrect API key provided", type: "invalid_request_error" } },
      { status: 401 },
    ),
  permission: failing(403),
  "not-found": failing(404),
};

const RETRIED: FailureCategory[] = [
  "rate-limit",
  "overloaded",
  "server-error",
  "timeout",
  "connection",
  "broken-stream",
];
const PASSED_ON: FailureCategory[] = ["quota", "credential", "permission", "not-found"];
const FINAL: FailureCategory[] = [
  "context-length",
  "content-policy",
  "invalid-request",
  "too-large",
];

describe("a deployment that fails", () => {
  it.each([...RETRIED, ...PASSED_ON])("with %s is followed by the next", async (category) => {
    const { fetch, asked } = vendors({ a: FAILURES[category], b: whole });
    const deps = worldWith(threeGpts(), fetch);
    const result = await dispatched(deps);
    expect(result).toMatchObject({ kind: "answered", attempts: 2, deployment: { id: "b" } });
    expect(asked).toEqual(["a", "b"]);
    expect(deps.sleptMs).toEqual([]);
  });

  it.each(RETRIED)("with %s is asked again when it is alone", async (category) => {
    const { fetch, asked } = vendors({ a: [FAILURES[category], whole] });
    const deps = worldWith({ model_list: [gptAt("a")] }, fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered", attempts: 2 });
    expect(asked).toEqual(["a", "a"]);
    expect(deps.sleptMs).toEqual([125]);
  });

  it.each(PASSED_ON)("with %s is not asked again", async (category) => {
    const { fetch, asked } = vendors({ a: FAILURES[category] });
    const result = await dispatched(worldWith({ model_list: [gptAt("a")] }, fetch));
    expect(result).toMatchObject({ kind: "failed", attempts: 1, failure: { category } });
    expect(asked).toEqual(["a"]);
  });

  it.each(FINAL)("with %s ends the call: no other would answer otherwise", async (category) => {
    const { fetch, asked } = vendors({ a: FAILURES[category], b: whole });
    const result = await dispatched(worldWith(threeGpts(), fetch));
    expect(result).toMatchObject({ kind: "failed", attempts: 1, failure: { category } });
    expect(asked).toEqual(["a"]);
  });

  it("in the middle of its first words does not show", async () => {
    const { fetch } = vendors({
      a: () => sse({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }),
      b: () => sse({ error: { message: "busy", type: "overloaded_error" } }),
      c: answers.streamed,
    });
    const result = await dispatched(worldWith(threeGpts(), fetch), { body: { stream: true } });
    expect(result).toMatchObject({ kind: "answered", attempts: 3, deployment: { id: "c" } });
  });

  it("because of its token endpoint is followed by the next", async () => {
    const account = { client_email: "g@p.example", private_key: "no key", project_id: "p" };
    const vertex = gptAt("v", {
      model: "vertex_ai/gemini-2.5-flash",
      api_base: "https://v.example",
      vertex_credentials: JSON.stringify(account),
      order: 1,
    });
    const { fetch, asked } = vendors({ a: whole });
    const deps = worldWith({ model_list: [vertex, gptAt("a", { order: 2 })] }, fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered", deployment: { id: "a" } });
    expect(asked).toEqual(["a"]);
  });
});

describe("waiting", () => {
  const alone = (router: object = {}) => ({
    model_list: [gptAt("a")],
    router_settings: { num_retries: 3, ...router },
  });

  it("doubles, with jitter", async () => {
    const { fetch } = vendors({ a: failing(500) });
    const deps = worldWith(alone(), fetch, { random: () => 0.999999 });
    expect(await dispatched(deps)).toMatchObject({ kind: "failed", attempts: 4 });
    expect(deps.sleptMs).toEqual([250, 500, 1000]);
  });

  it("is as long as the vendor wishes", async () => {
    const { fetch } = vendors({ a: [failing(429, { "retry-after": "7" }), whole] });
    const deps = worldWith(alone(), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered", attempts: 2 });
    expect(deps.sleptMs).toEqual([7_000]);
  });

  it("is left to the caller's client when the vendor wishes for more than ten seconds", async () => {
    const { fetch, asked } = vendors({ a: failing(429, { "retry-after": "11" }) });
    const deps = worldWith(alone(), fetch);
    const failure = { category: "rate-limit", retryAfterMs: 11_000 };
    expect(await dispatched(deps)).toMatchObject({ kind: "failed", attempts: 1, failure });
    expect(asked).toEqual(["a"]);
    expect(deps.sleptMs).toEqual([]);
  });

  it("does not go beyond the router's time", async () => {
    const { fetch, asked } = vendors({ a: failing(429, { "retry-after": "3" }) });
    const deps = worldWith(alone({ timeout: 5 }), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "failed", attempts: 2 });
    expect(asked).toEqual(["a", "a"]);
  });

  it("is over when the caller has hung up: nobody else is asked", async () => {
    const context = { hangUp: () => undefined as void };
    const { fetch, asked } = vendors({
      a: () => {
        context.hangUp();
        return failing(500)();
      },
      b: whole,
    });
    const deps = worldWith(threeGpts(), fetch);
    const mine = contextIn(deps);
    context.hangUp = mine.hangUp;
    expect(await dispatched(deps, { context: mine })).toMatchObject({
      kind: "failed",
      attempts: 1,
    });
    expect(asked).toEqual(["a"]);
  });
});

describe("when all deployments throttle", () => {
  it("each is asked once before any is asked again, and that one after a pause", async () => {
    const { fetch, asked } = vendors({ a: failing(429), b: failing(429), c: failing(429) });
    const deps = worldWith(threeGpts({ num_retries: 4 }), fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "failed", attempts: 5 });
    expect(asked.slice(0, 4)).toEqual(["a", "b", "c", "a"]);
    expect(deps.sleptMs.length).toBeGreaterThan(0);
  });

  it("the one that asks for the shortest wait is asked again, after that wait", async () => {
    const { fetch, asked } = vendors({
      a: failing(429, { "retry-after": "30" }),
      b: [failing(429, { "retry-after": "2" }), whole],
      c: failing(429, { "retry-after": "5" }),
    });
    const deps = worldWith(threeGpts({ num_retries: 3 }), fetch);
    const result = await dispatched(deps);
    expect(result).toMatchObject({ kind: "answered", attempts: 4, deployment: { id: "b" } });
    expect(asked).toEqual(["a", "b", "c", "b"]);
    expect(deps.sleptMs).toEqual([2_000]);
  });

  it("for long, nobody is asked twice and the caller learns the shortest wait", async () => {
    const { fetch, asked } = vendors({
      a: failing(429, { "retry-after": "60" }),
      b: failing(429, { "retry-after": "20" }),
      c: failing(429, { "retry-after": "40" }),
    });
    const deps = worldWith(threeGpts({ num_retries: 9 }), fetch);
    const result = await dispatched(deps);
    expect(result).toMatchObject({
      kind: "failed",
      attempts: 3,
      deployment: { id: "b" },
      failure: { retryAfterMs: 20_000 },
    });
    expect(asked).toEqual(["a", "b", "c"]);
  });

  it("and the last one is misconfigured, the caller is told to try again later", async () => {
    const slow = failing(429, { "retry-after": "60" });
    const { fetch } = vendors({ a: slow, b: slow, c: failing(401) });
    const result = await dispatched(worldWith(threeGpts(), fetch));
    expect(result).toMatchObject({ kind: "failed", failure: { category: "rate-limit" } });
  });
});

describe("attempts", () => {
  it("are one more than num_retries", async () => {
    const { fetch, asked } = vendors({ a: failing(500) });
    const config = { model_list: [gptAt("a")], router_settings: { num_retries: 0 } };
    expect(await dispatched(worldWith(config, fetch))).toMatchObject({ attempts: 1 });
    expect(asked).toEqual(["a"]);
  });

  it("reach every deployment even when num_retries is smaller", async () => {
    const { fetch } = vendors({ a: failing(500), b: failing(500), c: whole });
    const result = await dispatched(worldWith(threeGpts({ num_retries: 0 }), fetch));
    expect(result).toMatchObject({ kind: "answered", attempts: 3 });
  });
});

describe("a deployment rests", () => {
  const restAfter = async (answer: () => Response, router: object = {}): Promise<number> => {
    const { fetch } = vendors({ a: answer, b: whole });
    const deps = worldWith(threeGpts(router), fetch);
    const call = await callIn(deps);
    const admitted = await admit(call, deps);
    await dispatch(call, admitted, createPlaces(call, deps), deps);
    const chooser = deps.chooserFor(call.group, deps.config);
    const { deployments } = await chooser.peek(wishFor("a", "b"));
    return Math.max(0, (deployments[0]?.restsUntilMs ?? 0) - deps.nowMs());
  };

  it.each([
    ["a 429", failing(429), 5_000],
    ["a 429 with a longer wish", failing(429, { "retry-after": "30" }), 30_000],
    ["a 429 with a wish of an hour", failing(429, { "retry-after": "3600" }), 60_000],
    ["a 429 with a shorter wish", failing(429, { "retry-after": "1" }), 1_000],
    ["a refused credential", failing(401), 5_000],
    ["a model that is not there", failing(404), 5_000],
    ["a server error", failing(500), 0],
  ])("after %s", async (_what, answer, restMs) => {
    expect(await restAfter(answer)).toBe(restMs);
  });

  it("for as long as the operator says", async () => {
    expect(await restAfter(failing(429), { cooldown_time: 20 })).toBe(20_000);
  });

  it("and is then asked last, until it is awake again", async () => {
    const { fetch, asked } = vendors({ a: [failing(429), whole], b: whole });
    const deps = worldWith(threeGpts(), fetch);
    await dispatched(deps);
    await dispatched(deps);
    deps.advance(5_001);
    await dispatched(deps);
    expect(asked).toEqual(["a", "b", "b", "a"]);
  });
});

describe("a deployment that cannot be called", () => {
  it("for want of a credential is passed over", async () => {
    const { fetch, asked } = vendors({ b: whole });
    const bare = gptAt("a", { api_base: undefined, api_key: undefined, order: 1 });
    const deps = worldWith({ model_list: [bare, gptAt("b", { order: 2 })] }, fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "answered", attempts: 1 });
    expect(asked).toEqual(["b"]);
  });

  it("is named by what it lacks when no other is there", async () => {
    const azure = gptAt("a", { model: "azure/gpt-4o", api_key: undefined, api_base: undefined });
    const error = await rejectionOf(dispatched(worldWith({ model_list: [azure] })));
    expect(error.code).toBe("not_configured");
    expect(error.message).toContain("AZURE_API_BASE, AZURE_API_KEY");
    expect(error.row.status).toBe(503);
  });

  it("for want of a price is never asked", async () => {
    const unpriced = gptAt("a", { model: "openai/nobody-knows", order: 1 });
    const { fetch, asked } = vendors({ a: whole, b: failing(500) });
    const deps = worldWith({ model_list: [unpriced, gptAt("b", { order: 2 })] }, fetch);
    expect(await dispatched(deps)).toMatchObject({ kind: "failed" });
    expect(asked).not.toContain("a");
  });

  it("because its credentials are no credentials says what an operator has to mend", async () => {
    const vertex = gptAt("v", {
      model: "vertex_ai/gemini-2.5-flash",
      vertex_project: "p",
      vertex_credentials: '{"type":"authorized_user"}',
    });
    const result = await dispatched(worldWith({ model_list: [vertex] }), { route: ANTHROPIC });
    expect(result).toMatchObject({ kind: "failed", setupError: { code: "not_configured" } });
  });
});
