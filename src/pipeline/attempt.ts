import { createBodyPatch } from "../core/body-patch.ts";
import { capabilitiesOf } from "../core/capabilities.ts";
import { isMeaningful, type ChatEvent, type ChatRequest } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { Failure } from "../core/failure.ts";
import { parseJson, type Json } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import { openAnswerStream, type AnswerStream, type ReadFrame } from "./answer-stream.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";

/** One deployment's answer, from its first meaningful word on. */
export type Answer = WholeAnswer | StreamedAnswer;

export interface WholeAnswer {
  kind: "whole";
  headers: Headers;
  text: string;
  value: Json;
  dialect: UpstreamDialect;
}

export interface StreamedAnswer {
  kind: "streamed";
  headers: Headers;
  dialect: UpstreamDialect;
  stream: AnswerStream;
  /** What was read before the answer was known to be good; it still has to be passed on. */
  heldBack: ReadFrame[];
  /**
   * The same bytes once more, to be piped to the caller natively. Present when caller and upstream
   * speak the same grammar in the same framing and nothing has to be taken out.
   */
  forward: ReadableStream<Uint8Array> | undefined;
}

export type AttemptResult =
  | { ok: true; answer: Answer; dropped: string[] }
  | { ok: false; failure: Failure };

export interface Attempt {
  call: Call;
  deployment: Deployment;
  provider: Provider;
  /** Set when the budget pays for fewer tokens than the model could write. */
  outputTokensMax: number | undefined;
}

/** Asks one deployment once. Whatever the vendor does becomes a value; only our own bugs throw. */
export async function attemptAnswer(attempt: Attempt, deps: Deps): Promise<AttemptResult> {
  const { call, deployment, provider } = attempt;
  const dialect = provider.dialect(deployment);
  const dropped: string[] = [];
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), firstByteTimeoutMs(call, deployment, deps));
  try {
    const response = await send(attempt, dialect, dropped, timeout.signal, deps);
    if (!response.ok) return { ok: false, failure: await readFailure(response, provider, dialect) };
    const answer = call.envelope.stream
      ? await openStream(response, attempt, dialect, deps)
      : await readWhole(response, dialect);
    return "category" in answer
      ? { ok: false, failure: answer }
      : { ok: true, answer, dropped };
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    return { ok: false, failure: connectionFailure(timeout.signal.aborted) };
  } finally {
    clearTimeout(timer);
  }
}

async function send(
  attempt: Attempt,
  dialect: UpstreamDialect,
  dropped: string[],
  signal: AbortSignal,
  deps: Deps,
): Promise<Response> {
  const { call, deployment, provider } = attempt;
  const upstream: UpstreamCall = {
    deployment,
    stream: call.envelope.stream,
    betas: call.betas,
    anthropicVersion: call.anthropicVersion,
  };
  const body = renderBody(attempt, dialect, upstream, dropped);
  if (provider.answerLocally !== undefined) {
    return provider.answerLocally(JSON.parse(body), upstream);
  }
  const prepared = await provider.prepare(upstream, body, {
    nowMs: deps.nowMs(),
    tokens: deps.tokens,
  });
  const request = new Request(prepared.url, {
    method: "POST",
    headers: prepared.headers,
    body: prepared.body,
    // A vendor's redirect would carry the credential to a host nobody configured.
    redirect: "manual",
    signal,
  });
  try {
    return await deps.fetch(request);
  } catch (cause) {
    throw new ConnectionLost({ cause });
  }
}

/** Same grammar: the caller's own bytes, patched. Another grammar: written anew. */
function renderBody(
  attempt: Attempt,
  dialect: UpstreamDialect,
  upstream: UpstreamCall,
  dropped: string[],
): string {
  const { call, deployment, outputTokensMax } = attempt;
  const capabilities = capabilitiesOf(deployment.baseModel);
  const same = dialect.name === call.dialect.name;
  const patch = createBodyPatch(
    same
      ? call.body.text
      : JSON.stringify(
          dialect.renderRequest(limited(call.parsed(), outputTokensMax), {
            model: deployment.model,
            capabilities,
            dropped,
          }),
        ),
  );
  if (same) {
    patch.set("model", deployment.model);
    if (outputTokensMax !== undefined) patch.set(capabilities.maxTokensField, outputTokensMax);
  }
  attempt.provider.adaptBody(patch, upstream);
  return patch.text();
}

function limited(request: ChatRequest, outputTokensMax: number | undefined): ChatRequest {
  return outputTokensMax === undefined ? request : { ...request, maxOutputTokens: outputTokensMax };
}

async function readFailure(
  response: Response,
  provider: Provider,
  dialect: UpstreamDialect,
): Promise<Failure> {
  const body = (await readText(response)).slice(0, ERROR_BODY_CHARACTERS_MAX);
  const failed = { status: response.status, headers: response.headers, body };
  const failure = (provider.readFailure ?? ((one) => dialect.readFailure(one)))(failed);
  return { ...failure, raw: failed };
}

/** Vendors' errors are short; a proxy's HTML page is not worth more. */
const ERROR_BODY_CHARACTERS_MAX = 16_384;

async function readWhole(
  response: Response,
  dialect: UpstreamDialect,
): Promise<WholeAnswer | Failure> {
  const text = await readText(response);
  const value = parseJson(text);
  if (value === undefined) return brokenAnswer("The upstream's answer is not JSON.");
  return { kind: "whole", headers: response.headers, text, value, dialect };
}

async function readText(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new ConnectionLost({ cause });
  }
}

async function openStream(
  response: Response,
  attempt: Attempt,
  dialect: UpstreamDialect,
  deps: Deps,
): Promise<StreamedAnswer | Failure> {
  if (response.body === null) return brokenAnswer("The upstream's answer is empty.");
  const [body, forward] = canForward(attempt, dialect)
    ? response.body.tee()
    : [response.body, undefined];
  const stream = openAnswerStream({
    body,
    decoder: attempt.provider.createDecoder(),
    reader: dialect.createReader(),
    idleTimeoutMs: attempt.deployment.streamTimeoutMs ?? deps.config.router.timeoutMs,
  });
  const heldBack: ReadFrame[] = [];
  for (let frames = await stream.next(); frames !== undefined; frames = await stream.next()) {
    heldBack.push(...frames);
    const verdict = judge(frames.flatMap((one) => one.events));
    if (verdict === "undecided") continue;
    if (verdict === "good") {
      return { kind: "streamed", headers: response.headers, dialect, stream, heldBack, forward };
    }
    void forward?.cancel().catch(() => undefined);
    return verdict;
  }
  return brokenAnswer("The upstream's stream is empty.");
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
  if (dialect.name !== call.dialect.name || provider.framing !== "sse") return false;
  // The usage chunk we asked for has to be taken out again for callers who did not.
  return dialect.name !== "openai-chat" || call.envelope.streamUsage;
}

function firstByteTimeoutMs(call: Call, deployment: Deployment, deps: Deps): number {
  const { router } = deps.config;
  const forStreams = deployment.streamTimeoutMs ?? router.streamTimeoutMs;
  const forAll = deployment.timeoutMs ?? router.timeoutMs;
  return call.envelope.stream ? (forStreams ?? forAll) : forAll;
}

class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  constructor(options: ErrorOptions) {
    super("The upstream could not be reached.", options);
  }
}

/** Anything but a lost connection or an unreadable answer is a fault of ours and must be seen. */
function isOurs(cause: unknown): boolean {
  return !(cause instanceof ConnectionLost || cause instanceof FramingError);
}

function connectionFailure(timedOut: boolean): Failure {
  return timedOut
    ? { category: "timeout", status: 0, message: "The upstream did not answer in time." }
    : { category: "connection", status: 0, message: "The upstream could not be reached." };
}

function brokenAnswer(message: string): Failure {
  return { category: "broken-stream", status: 0, message };
}
