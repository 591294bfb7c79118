import { describe, expect, it } from "vitest";
import type { ChatEvent, ChatRequest, Citation, Usage } from "../../src/core/chat.ts";
import { ERRORS, GatewayError } from "../../src/core/errors.ts";
import type { ErrorCode } from "../../src/core/errors.ts";
import { isJsonObject } from "../../src/core/json.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type {
  AnswerContext,
  CallerDialect,
  RouteTarget,
  UpstreamDialect,
} from "../../src/dialects/dialect.ts";
import { createSseDecoder, encodeSse } from "../../src/dialects/framing/sse.ts";
import { ANSWERS, INTERLEAVED } from "./sample-answers.ts";
import { disorderOf, summaryOf } from "./summary.ts";
import type { Summary } from "./summary.ts";

export interface CallerFixtures {
  /** The smallest body the grammar allows. */
  minimal: JsonObject;
  requests: { name: string; body: JsonObject; means: Partial<ChatRequest> }[];
  /** Bodies that are wrong, the field at fault, and words of the complaint. */
  invalid: { name: string; body: JsonObject; param: string; message?: string }[];
  /** Bodies only the caller's own vendor could serve. */
  unsupported: { name: string; body: JsonObject; param: string }[];
  /** What the URL says beside each of these bodies. */
  target?: RouteTarget;
  /** Ways to break the minimal body: the field at fault, and what stands there. */
  brokenEnvelopes?: [string, Json | undefined][];
  /** Answers name neither their model nor themselves. */
  anonymous?: boolean;
  /** What stays of token counts that this grammar cannot say in full. */
  usage?(usage: Usage): Usage;
  /** What stays of a citation that this grammar cannot say in full; `undefined` if nothing. */
  citation?(citation: Citation): Citation | undefined;
}

const BROKEN_ENVELOPES: [string, Json | undefined][] = [
  ["model", 7],
  ["model", ""],
  ["model", undefined],
  ["messages", undefined],
  ["messages", {}],
  ["messages", []],
  ["stream", "yes"],
  ["max_tokens", 0],
  ["max_tokens", 1.5],
  ["max_tokens", "100"],
];

const context: AnswerContext = {
  model: "my-model",
  id: "id-1",
  createdAtMs: 1_762_317_021_999,
  streamUsage: true,
};

/** What every grammar of a caller promises. The grammar's own reader is the judge of its writer. */
export function callerContract(
  name: string,
  dialect: CallerDialect & UpstreamDialect,
  fixtures: CallerFixtures,
): void {
  const { target = {} } = fixtures;
  const expressible = (events: readonly ChatEvent[]): Summary => {
    const summary = summaryOf(events);
    const { usage } = summary;
    const blocks = summary.blocks.map(({ citations = [], ...block }) => {
      const kept = citations
        .map((citation) => (fixtures.citation ? fixtures.citation(citation) : citation))
        .filter((citation) => citation !== undefined);
      return kept.length === 0 ? block : { ...block, citations: kept };
    });
    return { ...summary, blocks, usage: usage && (fixtures.usage?.(usage) ?? usage) };
  };

  describe(`${name} as a caller's grammar`, () => {
    describe("requests", () => {
      it.each(fixtures.requests)("understands $name", ({ body, means }) => {
        expect(dialect.parseRequest(body, target)).toMatchObject(means);
      });

      it.each(fixtures.invalid)(
        "names the field at fault: $name",
        ({ body, param, message = "" }) => {
          const error = thrownBy(() => dialect.parseRequest(body, target));
          expect(error).toMatchObject({ code: "invalid_request", details: { param } });
          expect(error.message.startsWith(`${param}: `)).toBe(true);
          expect(error.message).toContain(message);
        },
      );

      it.each(fixtures.unsupported)(
        "refuses what would change the answer: $name",
        ({ body, param }) => {
          const error = thrownBy(() => dialect.parseRequest(body, target));
          expect(error).toMatchObject({ code: "unsupported_parameter", details: { param } });
        },
      );

      it.each(fixtures.brokenEnvelopes ?? BROKEN_ENVELOPES)(
        "refuses an envelope whose %s is %j",
        (field, value) => {
          const body = withField(fixtures.minimal, field, value);
          const error = thrownBy(() => dialect.readEnvelope(body, field === "model" ? {} : target));
          expect(error).toMatchObject({ code: "invalid_request", details: { param: field } });
        },
      );

      it("reads the envelope without looking into the messages", () => {
        const body = {
          ...fixtures.minimal,
          messages: [{ nonsense: true }],
          contents: [{ nonsense: true }],
          stream: true,
          tags: ["a", 1],
          user: "u",
        };
        expect(dialect.readEnvelope(body, { ...target, stream: true })).toMatchObject({
          model: "m",
          stream: true,
          choices: 1,
          tags: ["a"],
        });
      });

      it("is forgiving about members it does not know", () => {
        expect(
          dialect.parseRequest({ ...fixtures.minimal, of_tomorrow: { a: 1 } }, target),
        ).toMatchObject({
          model: "m",
        });
      });
    });

    describe.each(ANSWERS)("answers: $name", ({ events }) => {
      it("writes a stream that means the same", () => {
        const read = readWritten(dialect, events);
        expect(summaryOf(read)).toEqual(expressible(events));
        expect(disorderOf(read)).toEqual([]);
      });

      it("writes a whole answer that means the same as the stream", () => {
        const read = dialect.readAnswer(dialect.renderAnswer(events, context));
        expect(summaryOf(read)).toEqual(expressible(events));
      });

      it.skipIf(fixtures.anonymous)("answers with the name the caller asked for", () => {
        const whole = dialect.readAnswer(dialect.renderAnswer(events, context));
        expect(whole[0]).toMatchObject({ type: "start", model: "my-model" });
        expect(readWritten(dialect, events)[0]).toMatchObject({ type: "start", model: "my-model" });
      });
    });

    it("puts calls that were written alternately in order", () => {
      expect(summaryOf(readWritten(dialect, INTERLEAVED))).toEqual(expressible(INTERLEAVED));
    });

    it.skipIf(fixtures.anonymous)("uses the minted id where the upstream gave none", () => {
      const events = INTERLEAVED.map((event) =>
        event.type === "start" ? { ...event, id: "" } : event,
      );
      const whole = dialect.readAnswer(dialect.renderAnswer(events, context));
      expect(whole[0]).toMatchObject({ id: "id-1" });
      expect(readWritten(dialect, events)[0]).toMatchObject({ id: "id-1" });
    });

    it("cannot be mistaken for a clean end when the upstream breaks", () => {
      const cut = INTERLEAVED.filter((event) => event.type !== "finish" && event.type !== "end");
      const error = new GatewayError("upstream_error", "the upstream cut the stream", {
        provider: "bedrock",
      });
      const writer = dialect.createWriter(context);
      const reader = dialect.createReader();
      const frames = [
        ...cut.flatMap((event) => writer.write(event)),
        dialect.renderStreamError(error, { requestId: "r" }),
      ];
      const events = [...frames.flatMap((frame) => reader.read(frame)), ...reader.end()];
      expect(events.map((event) => event.type)).not.toContain("end");
      expect(events.at(-1)).toMatchObject({
        type: "error",
        failure: { message: "the upstream cut the stream" },
      });
    });

    it.each(codes())("renders %s so that clients know whether to retry", (code) => {
      const error = new GatewayError(code, "what happened, what to do", {
        retryAfterMs: 1_500,
        headers: { "x-more": "1" },
      });
      const { body, headers } = dialect.renderError(error, { requestId: "req-1" });
      expect(JSON.stringify(body)).toContain("what happened, what to do");
      expect(JSON.stringify({ body, headers })).toContain("req-1");
      expect(headers).toMatchObject({
        "retry-after": "2",
        "retry-after-ms": "1500",
        "x-more": "1",
      });
      expect(headers["x-should-retry"]).toBe(ERRORS[code].retry ? undefined : "false");
    });
  });
}

/** Puts the value at the path, or takes away what is there. */
function withField(body: JsonObject, path: string, value: Json | undefined): JsonObject {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...body, [name]: value };
  const inner = body[name];
  return {
    ...body,
    [name]: withField(isJsonObject(inner) ? inner : {}, rest.join("."), value),
  };
}

function codes(): ErrorCode[] {
  return Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);
}

function readWritten(
  dialect: CallerDialect & UpstreamDialect,
  events: readonly ChatEvent[],
): ChatEvent[] {
  const writer = dialect.createWriter(context);
  const text = events
    .flatMap((event) => writer.write(event))
    .map(encodeSse)
    .join("");
  const decoder = createSseDecoder();
  const frames = [...decoder.push(new TextEncoder().encode(text)), ...decoder.end()];
  const reader = dialect.createReader();
  return [...frames.flatMap((frame) => reader.read(frame)), ...reader.end()];
}

function thrownBy(action: () => unknown): GatewayError {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
