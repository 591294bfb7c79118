import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Behaviour } from "../upstream/script.ts";
import {
  ASKINGS,
  hear,
  MODELS,
  startTwoPlaces,
  type Asking,
  type TwoPlaces,
} from "./two-places.ts";
import { entry } from "./world.ts";

/** Stand-ins that stall at every place there is, each waited for as long as its own setting says. */
let world: TwoPlaces;
let key: string;

const CONNECT_MS = 300;
const FIRST_TOKEN_MS = 900;
const IDLE_MS = 600;

beforeAll(async () => {
  world = await startTwoPlaces(
    {},
    {
      models: ({ url, credentials }) => [
        entry("alone", {
          model: "openai/gpt-4.1",
          api_base: `${url}/openai/v1`,
          api_key: credentials.openaiApiKey,
          num_retries: 0,
        }),
      ],
      settings: {
        router_settings: {
          disable_cooldowns: true,
          timeout: 20,
          ttft_timeout: FIRST_TOKEN_MS / 1_000,
          stream_idle_timeout: IDLE_MS / 1_000,
        },
        sekisho_settings: { routing: { connect_timeout_ms: CONNECT_MS } },
      },
    },
  );
  key = await world.gateway.createKey();
});
afterAll(() => world.stop());

const [CHAT, CLAUDE] = ASKINGS as [Asking, Asking];

/** How long a call took, and what came of it. */
async function timed(
  fault: Behaviour,
  { model = "two-gpt", asking = CHAT, stream = true, headers = {} } = {},
) {
  world.upstream.reset();
  world.first.reset();
  const at = model === "alone" ? world.upstream : world.first;
  at.script({}, [fault], { sticky: true });
  const startedMs = Date.now();
  const heard = await hear(world, key, asking, { model, stream, headers });
  return { ...heard, tookMs: Date.now() - startedMs };
}

/** Not sooner, and not much later: the machine may be busy. */
function expectAbout(tookMs: number, milliseconds: number): void {
  expect(tookMs).toBeGreaterThan(milliseconds - 50);
  expect(tookMs).toBeLessThan(milliseconds + 2_500);
}

describe("before the first word, the second place answers after", () => {
  test.each(MODELS)("the time for connecting: %s", async (model) => {
    const seen = await timed({ stallBeforeHeadersMs: 15_000 }, { model });
    expect([seen.status, seen.headers.get("x-litellm-attempted-retries")]).toEqual([200, "1"]);
    expectAbout(seen.tookMs, CONNECT_MS);
    expect(seen.tookMs).toBeLessThan(FIRST_TOKEN_MS);
  });

  test.each(MODELS)("the time for a first token: %s", async (model) => {
    const seen = await timed({ stallBeforeFirstTokenMs: 15_000 }, { model });
    expect([seen.status, seen.headers.get("x-litellm-attempted-retries")]).toEqual([200, "1"]);
    expectAbout(seen.tookMs, FIRST_TOKEN_MS);
  });

  test("the caller's own time for a first token", async () => {
    const headers = { "x-litellm-stream-timeout": "0.3" };
    const seen = await timed({ stallBeforeFirstTokenMs: 15_000 }, { headers });
    expect(seen.status).toBe(200);
    expectAbout(seen.tookMs, 300);
    expect(seen.tookMs).toBeLessThan(FIRST_TOKEN_MS);
  });

  test("nothing of that, where a whole answer takes as long", async () => {
    const seen = await timed({ stallBeforeHeadersMs: 1_500 }, { stream: false });
    expect([seen.status, seen.headers.get("x-litellm-attempted-retries")]).toEqual([200, "0"]);
    expectAbout(seen.tookMs, 1_500);
  });
});

describe("in the middle of a stream", () => {
  test.each(MODELS)("silence ends it in one error event and a cut: %s", async (model) => {
    for (const asking of [CHAT, CLAUDE]) {
      const seen = await timed({ stallAt: { chunk: 6, ms: 15_000 } }, { model, asking });
      expect([seen.status, seen.cut]).toEqual([200, true]);
      expect(seen.text.match(asking.error)).toHaveLength(1);
      expect(seen.text).not.toContain(asking.final);
      expectAbout(seen.tookMs, IDLE_MS);
      expect(world.upstream.requests).toHaveLength(0);
    }
  });

  test("words that keep coming may take longer than any of these", async () => {
    const seen = await timed({ paceMs: 150 });
    expect([seen.status, seen.cut]).toEqual([200, false]);
    expect(seen.text).toContain(CHAT.final);
    expect(seen.tookMs).toBeGreaterThan(FIRST_TOKEN_MS);
  });

  test("the caller's time for the whole call ends it, though words keep coming", async () => {
    const headers = { "x-litellm-timeout": "1" };
    for (const model of ["two-gpt", "two-claude"]) {
      const seen = await timed({ paceMs: 150 }, { model, headers });
      expect([seen.status, seen.cut]).toEqual([200, true]);
      expect(seen.text.match(CHAT.error)).toHaveLength(1);
      expectAbout(seen.tookMs, 1_000);
    }
  });
});

describe("the time for the whole call", () => {
  const headers = { "x-litellm-timeout": "0.8" };

  test.each([true, false])("is all a call gets (stream: %s)", async (stream) => {
    const seen = await timed({ hang: true }, { model: "alone", stream, headers });
    expect(seen.status).toBe(504);
    expect(JSON.parse(seen.text)).toMatchObject({ error: { type: "timeout_error" } });
    expect(seen.tookMs).toBeLessThan(3_300);
  });

  test("is shared by all attempts", async () => {
    world.upstream.script({}, [{ hang: true }], { sticky: true });
    const seen = await timed({ hang: true }, { stream: false, headers });
    expect(seen.status).toBe(504);
    expectAbout(seen.tookMs, 800);
  });
});
