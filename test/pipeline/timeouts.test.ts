import { describe, expect, it } from "vitest";
import { callEndsAtMs, fairTimeouts, isHasty, timeoutsOf } from "../../src/pipeline/timeouts.ts";
import { NO_WISH, type CallWish } from "../../src/pipeline/wish.ts";

const STARTED_AT_MS = 1_000_000;
const NOTHING = {
  timeoutMs: 600_000,
  streamTimeoutMs: undefined,
  firstTokenTimeoutMs: undefined,
  idleTimeoutMs: undefined,
  connectTimeoutMs: undefined,
};

interface Said {
  wish?: Partial<CallWish>;
  deployment?: { timeoutMs?: number; streamTimeoutMs?: number };
  router?: Partial<typeof NOTHING> | Record<string, number>;
  stream?: boolean;
  lateMs?: number;
}

function timeouts({ wish, deployment = {}, router, stream = true, lateMs = 0 }: Said) {
  const envelope = { ...ENVELOPE, stream };
  const context = { ...CONTEXT, startedAtMs: STARTED_AT_MS };
  const { timeoutMs, streamTimeoutMs } = deployment;
  return timeoutsOf(
    { wish: { ...NO_WISH, ...wish }, context, envelope },
    { timeoutMs, streamTimeoutMs },
    { ...NOTHING, ...router },
    STARTED_AT_MS + lateMs,
  );
}

const ENVELOPE = {
  model: "gpt",
  maxOutputTokens: undefined,
  choices: 1,
  streamUsage: false,
  endUser: undefined,
  tags: [],
};
const CONTEXT = {
  id: "call",
  callerGone: new AbortController().signal,
  waitUntil: () => undefined,
};

describe("until the first token of a stream", () => {
  it.each<[string, Said, number]>([
    ["half of all time, where nobody said anything", {}, 300_000],
    ["the router's stream_timeout", { router: { streamTimeoutMs: 9_000 } }, 9_000],
    [
      "its ttft_timeout before that",
      { router: { streamTimeoutMs: 9_000, firstTokenTimeoutMs: 8_000 } },
      8_000,
    ],
    [
      "the deployment's before that",
      { router: { firstTokenTimeoutMs: 8_000 }, deployment: { streamTimeoutMs: 7_000 } },
      7_000,
    ],
    [
      "the caller's before all",
      { deployment: { streamTimeoutMs: 7_000 }, wish: { streamTimeoutMs: 10_000 } },
      10_000,
    ],
    ["the deployment's own time for everything", { deployment: { timeoutMs: 50_000 } }, 50_000],
  ])("it takes %s", (_what, said, answerMs) => {
    expect(timeouts(said).answerMs).toBe(answerMs);
  });
});

describe("a whole answer", () => {
  it("has the call's time, the deployment's, or the caller's", () => {
    const stream = false;
    expect(timeouts({ stream }).answerMs).toBe(600_000);
    expect(timeouts({ stream, deployment: { timeoutMs: 60_000 } }).answerMs).toBe(60_000);
    const wish = { timeoutMs: 20_000 };
    expect(timeouts({ stream, wish, deployment: { timeoutMs: 60_000 } }).answerMs).toBe(20_000);
    expect(timeouts({ stream, router: { streamTimeoutMs: 5_000 } }).answerMs).toBe(600_000);
  });

  it("never has more than is left of the call's time", () => {
    expect(timeouts({ stream: false, lateMs: 590_000 }).answerMs).toBe(10_000);
    expect(timeouts({ lateMs: 700_000 }).answerMs).toBe(0);
  });
});

describe("a stream that is being written", () => {
  it("may pause as long as the router says, or the caller", () => {
    expect(timeouts({}).idleMs).toBe(600_000);
    const router = { idleTimeoutMs: 15_000 };
    expect(timeouts({ router, deployment: { streamTimeoutMs: 7_000 } }).idleMs).toBe(15_000);
    expect(timeouts({ deployment: { streamTimeoutMs: 7_000 } }).idleMs).toBe(7_000);
    expect(timeouts({ router, wish: { streamTimeoutMs: 1_000 } }).idleMs).toBe(1_000);
  });

  it("ends early only for who wished it", () => {
    expect(timeouts({}).streamEndMs).toBeUndefined();
    expect(timeouts({ wish: { timeoutMs: 20_000 }, lateMs: 5_000 }).streamEndMs).toBe(15_000);
  });
});

it("the status line has a time of its own only for streams: a whole answer comes with its own", () => {
  const router = { connectTimeoutMs: 2_000 };
  expect(timeouts({ router }).connectMs).toBe(2_000);
  expect(timeouts({ router, stream: false }).connectMs).toBeUndefined();
});

it("a call ends when its caller says, else when the router says", () => {
  const context = { ...CONTEXT, startedAtMs: STARTED_AT_MS };
  expect(callEndsAtMs({ wish: NO_WISH, context }, NOTHING)).toBe(STARTED_AT_MS + 600_000);
  const wish = { ...NO_WISH, timeoutMs: 5_000 };
  expect(callEndsAtMs({ wish, context }, NOTHING)).toBe(STARTED_AT_MS + 5_000);
});

describe("a deployment that did not answer in time", () => {
  it("has proved nothing when it had less than half the time it has for others", () => {
    const envelope = { ...ENVELOPE, stream: false };
    const nobody = { timeoutMs: undefined, streamTimeoutMs: undefined };
    const due = fairTimeouts(
      { context: { ...CONTEXT, startedAtMs: 0 }, envelope },
      nobody,
      NOTHING,
      STARTED_AT_MS + 599_000,
    );
    expect(due.answerMs).toBe(600_000);
    const given = (said: Said) => timeouts({ stream: false, ...said }).answerMs;
    expect(isHasty(given({ lateMs: 299_000 }), due.answerMs)).toBe(false);
    expect(isHasty(given({ lateMs: 301_000 }), due.answerMs)).toBe(true);
    expect(isHasty(given({ wish: { timeoutMs: 1 } }), due.answerMs)).toBe(true);
    expect(isHasty(given({ wish: { timeoutMs: 6_000_000 } }), due.answerMs)).toBe(false);
  });
});
