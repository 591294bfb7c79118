import { isMeaningful, type ChatEvent, type Usage } from "../core/chat.ts";
import type { Failure } from "../core/failure.ts";
import { parseJson, type Json } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import { AnswerLost } from "./answer-lost.ts";
import { openAnswerStream, type AnswerStream, type ReadFrame } from "./answer-stream.ts";
import type { Asked, Attempt } from "./asked.ts";
import type { Deps } from "./deps.ts";
import { rewritesBytes } from "./sealing.ts";
import { NOTHING_OBSERVED, observeAll, type Observed } from "./outcome.ts";
import { readText } from "./upstream-request.ts";

export interface WholeAnswer {
  kind: "whole";
  headers: Headers;
  text: string;
  value: Json;
  /** What `value` says; there is no error among it. */
  events: ChatEvent[];
  dialect: UpstreamDialect;
  /** Even for a caller of the same grammar it is written anew; see `Provider.answersInOwnWords`. */
  inOwnWords?: boolean;
}

export interface StreamedAnswer {
  kind: "streamed";
  headers: Headers;
  dialect: UpstreamDialect;
  inOwnWords?: boolean;
  stream: AnswerStream;
  /** What was read before the answer was known to be good; it still has to be passed on. */
  heldBack: ReadFrame[];
  /**
   * The same bytes once more, to be piped to the caller natively. Present when caller and upstream
   * speak the same grammar in the same framing and nothing has to be taken out.
   */
  forward: ReadableStream<Uint8Array> | undefined;
  /** Lets go of the upstream, and so of whatever still reads from it. */
  abort(): void;
}

export async function readWhole(
  response: Response,
  { attempt, dialect }: Asked,
): Promise<WholeAnswer | Failure> {
  const text = await readText(response);
  const value = parseJson(text);
  if (value === undefined) return brokenAnswer("The upstream's answer is not JSON.");
  const events = readEvents(text, value, attempt, dialect);
  const failed = events.find((event) => event.type === "error");
  if (failed !== undefined) return failed.failure;
  return { kind: "whole", headers: response.headers, text, value, events, dialect };
}

function readEvents(
  text: string,
  value: Json,
  { deployment, attempts }: Attempt,
  dialect: UpstreamDialect,
): ChatEvent[] {
  try {
    return dialect.readAnswer(value);
  } catch (cause) {
    if (cause instanceof FramingError) throw cause;
    const usage = usageIn(value, dialect);
    const observed = { ...NOTHING_OBSERVED, usage, usageIsFinal: usage !== undefined };
    throw new AnswerLost(
      { deployment, attempts, observed: { ...observed, outputCharacters: text.length } },
      cause,
    );
  }
}

/** The counts may be legible where the words are not. */
function usageIn(value: Json, dialect: UpstreamDialect): Usage | undefined {
  try {
    return dialect.readUsage(value);
  } catch {
    return undefined;
  }
}

/** Reads a stream up to its first meaningful word, and so knows whether it is an answer at all. */
export async function openStream(
  response: Response,
  { attempt, dialect, request, timeouts, seen, sealing }: Asked,
  deps: Deps,
): Promise<StreamedAnswer | Failure> {
  const bytes: ReadableStream<Uint8Array> | null = response.body;
  if (bytes === null) return brokenAnswer("The upstream's answer is empty.");
  const isRewritten = sealing !== undefined && rewritesBytes(sealing);
  const isNative = !isRewritten && canForward(attempt, dialect);
  const [body, forward] = isNative ? bytes.tee() : [bytes, undefined];
  const stream = openAnswerStream({
    body,
    decoder: attempt.provider.createDecoder(dialect.name),
    reader: dialect.createReader(),
    idleTimeoutMs: timeouts.idleMs,
    openingTimeoutMs: timeouts.answerMs,
    endsAfterMs: timeouts.streamEndMs,
  });
  const abort = (): void => {
    stream.cancel();
    request.abort();
  };
  // Who is told to stop stops at once, also where the body does not end with its request.
  request.signal.addEventListener("abort", () => stream.cancel(), { once: true });
  const heldBack: ReadFrame[] = [];
  const verdict = await readOpening(stream, heldBack).catch((cause: unknown) => {
    abort();
    const { deployment, attempts } = attempt;
    const observed = observeAll(eventsIn(heldBack), () => deps.nowMs());
    throw new AnswerLost({ deployment, attempts, observed }, cause);
  });
  if (verdict === "good") {
    stream.begin();
    const { headers } = response;
    return { kind: "streamed", headers, dialect, stream, heldBack, forward, abort };
  }
  abort();
  seen.usage = observeAll(eventsIn(heldBack), () => deps.nowMs()).usage;
  return verdict;
}

/** Reads until it is known whether this is an answer, and keeps what was read. */
async function readOpening(stream: AnswerStream, heldBack: ReadFrame[]): Promise<"good" | Failure> {
  for (let frames = await stream.next(); frames !== undefined; frames = await stream.next()) {
    heldBack.push(...frames);
    const verdict = judge(eventsIn(frames));
    if (verdict !== "undecided") return verdict;
  }
  return brokenAnswer("The upstream's stream is empty.");
}

/** What is known of an answer before any of it is passed on. */
export function observeAnswer(answer: WholeAnswer | StreamedAnswer, nowMs: () => number): Observed {
  return observeAll(answer.kind === "whole" ? answer.events : eventsIn(answer.heldBack), nowMs);
}

function eventsIn(frames: readonly ReadFrame[]): ChatEvent[] {
  return frames.flatMap((one) => one.events);
}

/** Nothing reaches the caller before this says "good", so until then another deployment may answer. */
function judge(events: ChatEvent[]): "good" | "undecided" | Failure {
  for (const event of events) {
    if (event.type === "error") return event.failure;
    if (isMeaningful(event)) return "good";
  }
  return "undecided";
}

function canForward(attempt: Attempt, dialect: UpstreamDialect): boolean {
  const { call, provider } = attempt;
  if (dialect.name !== call.dialect.name || isInOwnWords(attempt)) return false;
  if (provider.framing !== call.dialect.framing.name) return false;
  // What names the model in every frame is written again frame by frame.
  return call.dialect.restamp === undefined;
}

/** What cannot be written anew (several answers, probabilities) passes as it comes. */
export function isInOwnWords({ call, provider }: Attempt): boolean {
  if (provider.answersInOwnWords !== true) return false;
  return call.envelope.choices === 1 && call.body.value.logprobs !== true;
}

export function brokenAnswer(message: string): Failure {
  return { category: "broken-stream", status: 0, message };
}
