import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anthropicMessages } from "../../src/dialects/anthropic-messages/index.ts";
import { openAiChat } from "../../src/dialects/openai-chat/index.ts";
import type { Operation } from "../../src/providers/endpoint.ts";
import { findProvider } from "../../src/providers/index.ts";
import {
  configOf,
  COUNTED,
  EMBEDDINGS,
  end,
  expectEnding,
  FINISHED,
  FORWARDED,
  FREE,
  SPEAKER,
  SPEECH,
  STREAMED,
  STREAMED_TRANSLATED,
  TRANSLATED,
  type Asked,
  type Ending,
} from "./ended.ts";
import { answers, CHUNKS, OPENAI, sse } from "./world.ts";

/** A fault of ours, put at each seam of the line where no data leads to one. */
const fault = (): never => {
  throw new Error("a fault of ours");
};

/** Nothing was asked of a vendor, or none answered; and it is our fault. */
const OURS_FREE: Ending = { ...FREE, errorCode: "internal_error", status: 500 };
/** A vendor answered and counted, and the answer was lost by us. */
const OURS_COUNTED: Ending = {
  ending: "broken",
  errorCode: "internal_error",
  usageSource: "reported",
  cost: COUNTED,
  status: 500,
};
/** A vendor had begun to answer. */
const OURS_OBSERVED: Ending = {
  ending: "broken",
  errorCode: "internal_error",
  usageSource: "observed",
  status: 500,
};
const SPOKEN_LOST: Ending = { ...OURS_COUNTED, cost: 4_000 };

/** Its id cannot stand in a header. */
const UNPRINTABLE = { id: "a\nb" };

/** A framing whose encoder fails at its nth frame. */
function failingAt(nth: number): Asked["route"] {
  const { framing } = OPENAI.dialect;
  const createEncoder = () => {
    const encoder = framing.createEncoder();
    let frames = 0;
    return {
      ...encoder,
      encode: (frame: Parameters<typeof encoder.encode>[0]) =>
        ++frames === nth ? fault() : encoder.encode(frame),
    };
  };
  return { ...OPENAI, dialect: { ...OPENAI.dialect, framing: { ...framing, createEncoder } } };
}

/** Readers that fail at their nth frame. */
function readersFailAt(nth: number): void {
  const real = openAiChat.createReader.bind(openAiChat);
  vi.spyOn(openAiChat, "createReader").mockImplementation(() => {
    const reader = real();
    let frames = 0;
    return { ...reader, read: (frame) => (++frames === nth ? fault() : reader.read(frame)) };
  });
}

function openAi() {
  const provider = findProvider("openai");
  if (provider === undefined) throw new Error("no such provider");
  return provider;
}

function endpointOf(operation: Operation) {
  const endpoint = openAi().endpoints?.[operation];
  if (endpoint === undefined) throw new Error("no such endpoint");
  return endpoint;
}

const faults: [seam: string, asked: Asked, expected: Ending, put?: () => void][] = [
  [
    "the envelope is read",
    {},
    { settled: false, status: 500 },
    () => vi.spyOn(openAiChat, "readEnvelope").mockImplementation(fault),
  ],
  ["the account is asked", { changes: { account: fault } }, { settled: false, status: 503 }],
  [
    "the request is parsed for another grammar",
    TRANSLATED,
    OURS_FREE,
    () => vi.spyOn(anthropicMessages, "parseRequest").mockImplementation(fault),
  ],
  [
    "the request is written in another grammar",
    TRANSLATED,
    OURS_FREE,
    () => vi.spyOn(openAiChat, "renderRequest").mockImplementation(fault),
  ],
  [
    "the body is adapted to the surface",
    {},
    OURS_FREE,
    () => vi.spyOn(openAi(), "adaptBody").mockImplementation(fault),
  ],
  [
    "the request is signed",
    {},
    OURS_FREE,
    () => vi.spyOn(openAi(), "prepare").mockImplementation(fault),
  ],
  [
    "the vendor's refusal is read",
    { vendor: answers.failing(400) },
    OURS_FREE,
    () => vi.spyOn(openAiChat, "readFailure").mockImplementation(fault),
  ],
  [
    "the whole answer is read",
    {},
    OURS_COUNTED,
    () => vi.spyOn(openAiChat, "readAnswer").mockImplementation(fault),
  ],
  [
    "neither the whole answer nor its counts can be read",
    {},
    OURS_OBSERVED,
    () => {
      vi.spyOn(openAiChat, "readAnswer").mockImplementation(fault);
      vi.spyOn(openAiChat, "readUsage").mockImplementation(fault);
    },
  ],
  [
    "the whole answer is written in the caller's grammar",
    TRANSLATED,
    OURS_COUNTED,
    () => vi.spyOn(anthropicMessages, "renderAnswer").mockImplementation(fault),
  ],
  [
    "the headers of a whole answer are written",
    { config: configOf({}, UNPRINTABLE) },
    OURS_COUNTED,
  ],
  ["the first frame is read", STREAMED, OURS_OBSERVED, () => readersFailAt(1)],
  ["a later frame is read", STREAMED, { ...OURS_OBSERVED, status: 200 }, () => readersFailAt(3)],
  [
    "a later frame of a forwarded stream is read",
    FORWARDED,
    { ...OURS_OBSERVED, status: 200 },
    () => readersFailAt(3),
  ],
  [
    "the headers of a stream are written",
    { ...STREAMED, config: configOf({}, UNPRINTABLE) },
    OURS_COUNTED,
  ],
  [
    "the writer of the caller's grammar is made",
    STREAMED_TRANSLATED,
    { ...OURS_OBSERVED, status: 200 },
    () => vi.spyOn(anthropicMessages, "createWriter").mockImplementation(fault),
  ],
  [
    "the first frame is written",
    { ...STREAMED, route: failingAt(1) },
    { ...OURS_COUNTED, status: 200 },
  ],
  [
    "a later frame is written",
    { ...STREAMED, route: failingAt(5) },
    { ...OURS_COUNTED, status: 200 },
  ],
  [
    "the last word of a broken stream is written",
    { ...STREAMED, vendor: () => sse(...CHUNKS.slice(0, 3)) },
    { ...OURS_OBSERVED, errorCode: "upstream_error", status: 200, untold: true },
    () => vi.spyOn(openAiChat, "renderStreamError").mockImplementation(fault),
  ],
  [
    "an answer to a call that is no conversation is read",
    EMBEDDINGS,
    { ...OURS_OBSERVED, status: 500 },
    () => vi.spyOn(endpointOf("embeddings"), "read").mockImplementation(fault),
  ],
  [
    "the headers of an answer to one are written",
    { ...EMBEDDINGS, config: configOf({}, UNPRINTABLE) },
    { ...OURS_COUNTED, cost: 20_000 },
  ],
  [
    "the headers of sound are written",
    { ...SPEECH, config: configOf(SPEAKER, UNPRINTABLE) },
    SPOKEN_LOST,
  ],
  ["it is settled, twice", { losses: 2 }, FINISHED],
];

describe("a fault of ours while", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(faults)("%s", async (_seam, asked, expected, put) => {
    put?.();
    expectEnding(await end(asked), expected);
  });
});

it("an account that cannot be told resolves the lease by itself", async () => {
  const { kept, standing, faults } = await end({ losses: 3 });
  expect(kept.settlements).toHaveLength(3);
  expect(faults).toHaveLength(1);
  expect(standing).toMatchObject({ heldNanoUsd: kept.holds[0], lifetimeNanoUsd: 0 });
});
