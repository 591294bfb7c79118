import { describe, it } from "vitest";
import {
  configOf,
  EMBEDDED,
  EMBEDDINGS,
  end,
  expectEnding,
  FINISHED,
  FORWARDED,
  FREE,
  PICTURE,
  SPEECH,
  SPOKEN,
  sound,
  spoken,
  STREAMED,
  STREAMED_TRANSLATED,
  TRANSLATED,
  type Asked,
  type Ending,
} from "./ended.ts";
import { answers, bodyOf, CHUNKS, sse } from "./world.ts";

/** Every way a call can end but by a fault of ours: the caller leaves, the upstream gets it wrong. */
const TWICE = configOf({}, {}, 1);

const THEIRS: Ending = { ...FREE, errorCode: "upstream_error", status: 502 };

/** Begins, and after a moment goes dead. */
const breaking = (): Response => new Response(bodyOf([spoken(CHUNKS.slice(0, 2))], "breaks"));

async function deepAnswer(): Promise<Response> {
  const text = (await answers.whole().text()).replace(/}$/, ',"deep":0}');
  return new Response(text.replace(/0}$/, `${"[".repeat(10_000)}${"]".repeat(10_000)}}`));
}

const callers: [stage: string, asked: Asked, expected: Ending][] = [
  [
    "before a vendor is asked",
    { leaves: "at once" },
    { ...FREE, errorCode: "caller_gone", attempts: 0 },
  ],
  [
    "between two attempts",
    { leaves: "between attempts", config: TWICE, vendor: answers.failing(500) },
    { ...FREE, errorCode: "upstream_error", attempts: 1 },
  ],
  [
    "while a whole answer comes",
    { leaves: "when the vendor is asked" },
    { ...FINISHED, status: undefined },
  ],
  [
    "before a stream begins, which is read to its end",
    { ...STREAMED, leaves: "when the vendor is asked" },
    { ...FINISHED, status: undefined },
  ],
  [
    "in a stream, which is read to its end",
    { ...STREAMED, leaves: "at the first piece" },
    { ...FINISHED, status: undefined },
  ],
  [
    "in a stream that then breaks",
    { ...STREAMED, vendor: breaking, leaves: "at the first piece" },
    { ending: "caller-gone", errorCode: "upstream_error", usageSource: "reserved", cost: "held" },
  ],
  [
    "while an answer to a call that is no conversation comes",
    { ...EMBEDDINGS, leaves: "when the vendor is asked" },
    { ...EMBEDDED, status: undefined },
  ],
  [
    "in the middle of sound, all of which is billed",
    { ...SPEECH, vendor: () => sound("falls silent"), leaves: "at the first piece" },
    { ...SPOKEN, ending: "caller-gone", status: undefined },
  ],
];

describe("a caller who leaves", () => {
  it.each(callers)("%s", async (_stage, asked, expected) => {
    expectEnding(await end(asked), expected);
  });
});

const upstreams: [what: string, asked: Asked, expected: Ending][] = [
  ["answers", {}, FINISHED],
  ["answers another grammar", TRANSLATED, FINISHED],
  ["streams", STREAMED, FINISHED],
  ["streams in another grammar", STREAMED_TRANSLATED, FINISHED],
  ["streams bytes that are forwarded", FORWARDED, FINISHED],
  ["says no JSON", { vendor: () => new Response("<html>") }, THEIRS],
  ["says nothing", { vendor: () => new Response(null) }, THEIRS],
  ["says what is not its grammar", { vendor: () => Response.json({ odd: true }) }, THEIRS],
  ["is cut in a whole answer", { vendor: () => new Response(bodyOf(['{"id"'], "breaks")) }, THEIRS],
  ["is cut before a stream begins", { ...STREAMED, vendor: () => sse() }, THEIRS],
  [
    "says no JSON, twice",
    { config: TWICE, vendor: () => new Response("<html>") },
    { ...THEIRS, attempts: 2 },
  ],
  ["nests its answer ten thousand levels deep", { vendor: deepAnswer }, FINISHED],
  [
    "breaks off in a stream",
    { ...STREAMED, vendor: () => sse(...CHUNKS.slice(0, 3)) },
    { ending: "broken", errorCode: "upstream_error", usageSource: "observed", status: 200 },
  ],
  ["speaks", SPEECH, SPOKEN],
  [
    "breaks off while it speaks",
    { ...SPEECH, vendor: () => sound("breaks") },
    { ...SPOKEN, ending: "broken", errorCode: "upstream_error" },
  ],
  ["embeds", EMBEDDINGS, EMBEDDED],
  ["paints and does not count", PICTURE, { ...FINISHED, usageSource: "observed", cost: "held" }],
];

describe("an upstream that", () => {
  it.each(upstreams)("%s", async (_what, asked, expected) => {
    expectEnding(await end(asked), expected);
  });
});

it("a request that nests too deep is refused before anything is held", async () => {
  const raw = `{"model":"gpt","messages":${"[".repeat(200)}${"]".repeat(200)}}`;
  expectEnding(await end({ raw }), { settled: false, status: 400 });
});
