import type { ChatEvent } from "../core/chat.ts";
import { codeOfFailure, GatewayError, type ErrorCode } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { JsonObject } from "../core/json.ts";
import type { FrameEncoder } from "../dialects/framing/caller-framing.ts";
import type { Frame } from "../dialects/framing/frame.ts";
import { isUsageOnlyFrame } from "../dialects/openai-chat/pass-through.ts";
import type { ReadFrame } from "./answer-stream.ts";
import type { StreamedAnswer } from "./upstream-answer.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { Deps } from "./deps.ts";
import { openOutlet, type Outlet } from "./outlet.ts";
import { createObserver, type Observer } from "./outcome.ts";
import { answerContext, restamped, type Relay } from "./relaying.ts";

/**
 * Streams an answer to the caller and settles when it ends, whoever ends it. The work runs under
 * `waitUntil`, so that a caller who hangs up does not stop the counting.
 */
export function relayStream(work: Relay, answer: StreamedAnswer): Response {
  const { call, deps } = work;
  const outlet = openOutlet(call.context.callerGone, (ms) => deps.sleep(ms));
  const observer = createObserver(() => deps.nowMs(), deps.config.settings.logContent);
  const flow = { work, answer, outlet, observer, encoder: call.dialect.framing.createEncoder() };
  const pump = answer.forward === undefined ? pumpFrames : forwardBytes;
  // Before anything moves: from here on there is only one way to the end.
  const headers = answerHeaders(work);
  call.context.waitUntil(
    pump(flow)
      // A fault of ours in the middle must still be settled, and told.
      .catch((cause: unknown): Breakage => ({ error: faultError(cause, deps), told: false }))
      .then((breakage) => finish(flow, breakage))
      .catch((cause: unknown) => {
        deps.noteFault(cause);
        return outlet.breakOff(NOTHING);
      })
      .finally(() => answer.abort()),
  );
  return new Response(outlet.readable, { headers });
}

interface Flow {
  work: Relay;
  answer: StreamedAnswer;
  outlet: Outlet;
  observer: Observer;
  encoder: FrameEncoder;
}

/** What ended a stream before its time. */
interface Breakage {
  error: GatewayError;
  /** The caller has already read it, in the vendor's own words. */
  told: boolean;
}

/** Same grammar, same framing: the bytes move natively, and a copy is read for what it tells. */
async function forwardBytes(flow: Flow): Promise<Breakage | undefined> {
  const { answer, outlet, work } = flow;
  if (answer.forward === undefined) return pumpFrames(flow);
  const piped = outlet.pipe(answer.forward);
  // When the bytes have ended, or the caller has left, nothing is gained by waiting for more.
  answer.stream.readInBulk(piped);
  const failed = await drain(flow, () => Promise.resolve()).catch(async (cause: unknown) => {
    await endPipe(flow, piped);
    throw cause;
  });
  if (failed === undefined) {
    if (outlet.isGone() || (await piped)) return undefined;
    // What was read to its end did not reach the caller, unless the caller is what failed.
    return outlet.isGone() ? undefined : { error: brokenOff(work), told: false };
  }
  await endPipe(flow, piped);
  return { error: failureError(work, failed.failure), told: failed.inBand };
}

/** Nothing can be said to the caller while the pipe has its end. */
async function endPipe({ answer, work: { deps } }: Flow, piped: Promise<unknown>): Promise<void> {
  // It is a moment behind the reading; a vendor's own error event must still get through.
  await Promise.race([piped, deps.sleep(FORWARD_GRACE_MS)]);
  // An upstream that fell silent holds the pipe.
  answer.abort();
  await Promise.race([piped, deps.sleep(FORWARD_GRACE_MS)]);
}

const FORWARD_GRACE_MS = 250;
const NOTHING = new Uint8Array(0);

/** Another grammar or framing: every event is read and written again in the caller's words. */
async function pumpFrames(flow: Flow): Promise<Breakage | undefined> {
  const { work, answer, outlet } = flow;
  const { rewrite, ping } = createRewriter(work, answer);
  const stopKeepAlive = keepAlive(flow, ping);
  try {
    const failed = await drain(flow, async (frames) => {
      await outlet.write(encodeAll(frames.flatMap(rewrite), flow.encoder));
    });
    return failed && { error: failureError(work, failed.failure), told: false };
  } finally {
    stopKeepAlive();
  }
}

/** Reads to the end. Returns the failure that ended it early, if one did. */
async function drain(
  flow: Flow,
  pass: (frames: ReadFrame[]) => Promise<void>,
): Promise<FailureInStream | undefined> {
  const { answer, observer, outlet } = flow;
  const deadline = drainDeadline(flow);
  try {
    let frames: ReadFrame[] | undefined = answer.heldBack;
    while (frames !== undefined) {
      for (const event of frames.flatMap((one) => one.events)) observer.see(event);
      const failure = failureIn(frames);
      // What came before the failure still passes on.
      await pass(frames);
      if (failure !== undefined) return failure;
      // The last word is said: what counts is known, whether or not the connection lingers.
      if (observer.result().finished && outlet.isGone()) return undefined;
      frames = await answer.stream.next();
    }
    return undefined;
  } finally {
    deadline.clear();
  }
}

/** A caller who hung up is drained for, because the vendor bills anyway, but not for ever. */
function drainDeadline({ work, answer }: Flow): { clear(): void } {
  const { callerGone } = work.call.context;
  let timer: number | null = null;
  const start = (): void => {
    timer = setTimeout(() => answer.stream.cancel(), DRAIN_MS_MAX);
  };
  if (callerGone.aborted) start();
  else callerGone.addEventListener("abort", start, { once: true });
  return {
    clear: () => {
      clearTimeout(timer);
      callerGone.removeEventListener("abort", start);
    },
  };
}

/** Cloudflare ends `waitUntil` work about 30 s after the caller left; settling needs the rest. */
const DRAIN_MS_MAX = 25_000;

interface FailureInStream {
  failure: Failure;
  /** The vendor said it in a frame; otherwise the bytes just stopped making sense, or stopped. */
  inBand: boolean;
}

function failureIn(frames: ReadFrame[]): FailureInStream | undefined {
  for (const { frame, events } of frames) {
    const error = events.find((event) => event.type === "error");
    if (error !== undefined) return { failure: error.failure, inBand: frame !== undefined };
  }
  return undefined;
}

async function finish(flow: Flow, breakage: Breakage | undefined): Promise<void> {
  const { work, observer, outlet } = flow;
  const error = breakage?.error;
  const observed = observer.result();
  const complete = observed.finished && error === undefined;
  work.settle({
    ending: complete ? "finished" : outlet.isGone() ? "caller-gone" : "broken",
    statusCode: 200,
    errorCode: error?.code ?? null,
    deployment: work.answered.deployment,
    attempts: work.answered.attempts,
    observed,
    response: work.deps.config.settings.logContent ? spoken(observed.text) : null,
  });
  if (complete) {
    // Forwarded bytes bring their own end.
    if (flow.answer.forward === undefined) await outlet.write(flow.encoder.end());
    await outlet.close();
  } else {
    const told = breakage?.told === true;
    const last = told ? [] : [lastWord(flow, error ?? brokenOff(work))];
    await outlet.breakOff(encodeAll(last, flow.encoder));
  }
}

/** A streamed answer in the shape LiteLLM logs answers in. */
function spoken(content: string): JsonObject {
  return { choices: [{ message: { role: "assistant", content } }] };
}

/** One write for all frames of a piece: a write is a crossing into the platform. */
function encodeAll(frames: Frame[], encoder: FrameEncoder): Uint8Array {
  const pieces = frames.map((frame) => encoder.encode(frame));
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return bytes;
}

/** The vendor's words where it said any. */
function failureError(work: Relay, { category, status, message }: Failure): GatewayError {
  const { provider } = work.answered.deployment;
  const code = codeOfFailure(category);
  return status === 0 ? brokenOff(work, code) : new GatewayError(code, message, { provider });
}

function brokenOff({ answered }: Relay, code: ErrorCode = "upstream_error"): GatewayError {
  const { provider } = answered.deployment;
  const message = `${provider} broke off in the middle of its answer. Send the request again.`;
  return new GatewayError(code, message, { provider });
}

function faultError(cause: unknown, deps: Deps): GatewayError {
  deps.noteFault(cause);
  return new GatewayError(
    "internal_error",
    "The gateway failed in the middle of the answer. If it happens again, report it with the request id.",
    { cause },
  );
}

/** One error event in the caller's grammar; the connection is then cut, so nobody takes it for an end. */
function lastWord({ work, observer }: Flow, error: GatewayError): Frame {
  const { id } = work.call.context;
  const answerId = observer.result().responseId ?? id;
  return work.call.dialect.renderStreamError(error, { requestId: id, answerId });
}

/** Frames in, frames out: the caller's grammar is left as it is, any other is translated. */
function createRewriter(work: Relay, answer: StreamedAnswer): Rewriter {
  const { dialect, envelope } = work.call;
  if (answer.dialect.name !== dialect.name || answer.inOwnWords === true) {
    const writer = dialect.createWriter(answerContext(work));
    return {
      rewrite: ({ events }) => events.filter(isNotError).flatMap((event) => writer.write(event)),
      ping: () => writer.write({ type: "ping" }),
    };
  }
  const hidesUsage = dialect.name === "openai-chat" && !envelope.streamUsage;
  return {
    rewrite: ({ frame, events }) => {
      if (frame === undefined || !events.every(isNotError)) return [];
      if (hidesUsage && isUsageOnlyFrame(frame)) return [];
      return [{ ...frame, data: restamped(frame.data, work) }];
    },
    ping: () => [],
  };
}

interface Rewriter {
  rewrite(read: ReadFrame): Frame[];
  /** What this writer says in a silence: some number their frames. */
  ping(): Frame[];
}

/** Errors are told once, by `lastWord`, whoever noticed them. */
function isNotError(event: ChatEvent): boolean {
  return event.type !== "error";
}

function keepAlive({ work, outlet, encoder }: Flow, ping: () => Frame[]): () => void {
  const { keepAlive: frame } = work.call.dialect;
  const silence = frame === undefined ? encoder.silence() : encoder.encode(frame);
  const timer = setInterval(() => {
    if (outlet.idleMs(work.deps.nowMs()) < KEEP_ALIVE_MS) return;
    const said = ping();
    const bytes = said.length > 0 ? encodeAll(said, encoder) : silence;
    work.call.context.waitUntil(outlet.writeIfIdle(bytes));
  }, KEEP_ALIVE_MS);
  return () => clearInterval(timer);
}

/** Every agent drops a stream after 300 s without bytes; proxies in between after 60 or 100. */
const KEEP_ALIVE_MS = 15_000;
