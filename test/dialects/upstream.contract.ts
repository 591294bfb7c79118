import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../../src/core/chat.ts";
import type { Failure } from "../../src/core/failure.ts";
import type { Json } from "../../src/core/json.ts";
import type { UpstreamDialect } from "../../src/dialects/dialect.ts";
import { FramingError } from "../../src/dialects/framing/frame.ts";
import { createSseDecoder } from "../../src/dialects/framing/sse.ts";
import { disorderOf, summaryOf } from "./summary.ts";
import type { Summary } from "./summary.ts";

export interface UpstreamFixtures {
  /** Streams that end well, as SSE text. */
  streams: { name: string; sse: string; says: Summary }[];
  /** Streams in whose middle the vendor reports an error. */
  errors: { name: string; sse: string; failure: Partial<Failure> }[];
  /** Whole answers. */
  answers: { name: string; body: Json; says: Summary }[];
  failures: {
    name: string;
    status: number;
    headers?: Record<string, string>;
    body: string;
    failure: Partial<Failure>;
  }[];
  /** The answer is complete with its reason to stop; a further last frame may be missing. */
  finishIsLast?: boolean;
}

/** What every grammar of an upstream promises, whatever its vendor's habits. */
export function upstreamContract(
  name: string,
  dialect: UpstreamDialect,
  fixtures: UpstreamFixtures,
): void {
  describe(`${name} as an upstream's grammar`, () => {
    describe.each(fixtures.streams)("stream: $name", ({ sse, says }) => {
      const bytes = new TextEncoder().encode(sse);
      const whole = readStream(dialect, [bytes]);

      it("says what the vendor said", () => {
        expect(summaryOf(whole)).toEqual(says);
      });

      it("keeps the order of events", () => {
        expect(disorderOf(whole)).toEqual([]);
        expect(whole.at(-1)).toEqual({ type: "end" });
      });

      it("gives the same events wherever the bytes are cut in two", () => {
        for (let at = 1; at < bytes.length; at++) {
          const halves = [bytes.subarray(0, at), bytes.subarray(at)];
          expect(readStream(dialect, halves), `cut at byte ${at}`).toEqual(whole);
        }
      });

      it("gives the same events byte by byte", () => {
        const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
        expect(readStream(dialect, single)).toEqual(whole);
      });

      it("never ends cleanly when it was cut short", () => {
        for (let length = 0; length < bytes.length; length++) {
          const events = readCut(dialect, bytes.subarray(0, length));
          if (events.at(-1)?.type === "error") continue;
          // What is left must be the whole answer: only bytes without meaning were cut away.
          const { blocks, finish } = summaryOf(events);
          expect({ blocks, finish }, `cut at byte ${length}`).toEqual({
            blocks: says.blocks,
            finish: says.finish,
          });
          if (!fixtures.finishIsLast) expect(events).toEqual(whole);
        }
      });
    });

    it.each(fixtures.errors)("reports an error inside a stream: $name", ({ sse, failure }) => {
      const events = readStream(dialect, [new TextEncoder().encode(sse)]);
      const errors = events.filter((event) => event.type === "error");
      expect(errors).toHaveLength(1);
      expect(errors).toMatchObject([{ failure }]);
      expect(events.map((event) => event.type)).not.toContain("end");
    });

    it("takes a frame that is no JSON for a corrupt stream", () => {
      expect(() => dialect.createReader().read({ data: '{"half":' })).toThrow(FramingError);
      expect(() => dialect.createReader().read({ data: '"text"' })).toThrow(FramingError);
    });

    it("takes an empty stream for a broken one", () => {
      expect(dialect.createReader().end()).toMatchObject([
        { type: "error", failure: { category: "broken-stream" } },
      ]);
    });

    describe.each(fixtures.answers)("whole answer: $name", ({ body, says }) => {
      it("says what the vendor said", () => {
        const events = dialect.readAnswer(body);
        expect(summaryOf(events)).toEqual(says);
        expect(disorderOf(events)).toEqual([]);
        expect(events.at(-1)).toEqual({ type: "end" });
      });

      it("tells its token counts alone", () => {
        expect(dialect.readUsage(body)).toEqual(says.usage);
      });
    });

    it("takes an answer of another shape for a corrupt one", () => {
      for (const body of [null, "text", [], {}, { choices: [] }]) {
        expect(() => dialect.readAnswer(body), JSON.stringify(body)).toThrow(FramingError);
        expect(dialect.readUsage(body)).toBeUndefined();
      }
    });

    it.each(fixtures.failures)(
      "understands an error answer: $name",
      ({ status, headers, body, failure }) => {
        const read = dialect.readFailure({ status, headers: new Headers(headers), body });
        expect(read).toMatchObject(failure);
        expect(read.raw).toMatchObject({ status, body });
      },
    );
  });
}

function readStream(dialect: UpstreamDialect, chunks: Uint8Array[]): ChatEvent[] {
  const decoder = createSseDecoder();
  const reader = dialect.createReader();
  const frames = [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
  return [...frames.flatMap((frame) => reader.read(frame)), ...reader.end()];
}

/** As the pipeline reads: what cannot be parsed is a broken stream. */
function readCut(dialect: UpstreamDialect, bytes: Uint8Array): ChatEvent[] {
  try {
    return readStream(dialect, [bytes]);
  } catch (cause) {
    expect(cause).toBeInstanceOf(FramingError);
    return [{ type: "error", failure: { category: "broken-stream", status: 0, message: "cut" } }];
  }
}
