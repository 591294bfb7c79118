import { createBodyPatch } from "../core/body-patch.ts";
import { capabilitiesOf } from "../core/capabilities.ts";
import { isMeaningful, type ChatEvent } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import type {
  PreparedRequest,
  Provider,
  ProviderTools,
  UpstreamCall,
} from "../providers/provider.ts";
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
  /** What `value` says; there is no error among it. */
  events: ChatEvent[];
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
  | {
      ok: false;
      failure: Failure;
      /** Set when nothing was sent, because the deployment is set up wrong: what an operator has to mend. */
      setupError?: GatewayError;
    };

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
    if (!("category" in answer)) return { ok: true, answer, dropped };
    // A stream that is aborted for its silence looks like one that was cut.
    const timedOut = timeout.signal.aborted;
    return { ok: false, failure: timedOut ? connectionFailure(timedOut) : answer };
  } catch (cause) {
    return { ok: false, ...failureOf(cause, timeout.signal.aborted) };
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
    const value = parseJson(body);
    return provider.answerLocally(isJsonObject(value) ? value : {}, upstream);
  }
  const tools: ProviderTools = { nowMs: deps.nowMs(), tokens: deps.tokens };
  const prepared = await provider.prepare(upstream, body, tools);
  const response = await post(prepared, signal, deps);
  if (response.status !== 401 || provider.forgetCredential === undefined) return response;
  // A token can be revoked in the middle of its life. The vendor has done nothing yet, so this is
  // still the same attempt.
  void response.body?.cancel().catch(() => undefined);
  provider.forgetCredential(upstream, prepared, tools);
  return post(await provider.prepare(upstream, body, tools), signal, deps);
}

async function post(prepared: PreparedRequest, signal: AbortSignal, deps: Deps): Promise<Response> {
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
  const rendered = same ? call.body.value : translate(attempt, dialect, dropped);
  const patch = createBodyPatch(same ? call.body.text : JSON.stringify(rendered), rendered);
  if (same) {
    patch.set("model", deployment.model);
    if (outputTokensMax !== undefined) patch.set(capabilities.maxTokensField, outputTokensMax);
  }
  attempt.provider.adaptBody(patch, upstream);
  return patch.text();
}

function translate(attempt: Attempt, dialect: UpstreamDialect, dropped: string[]): JsonObject {
  const { call, deployment, outputTokensMax } = attempt;
  const request = call.parsed();
  return dialect.renderRequest(
    outputTokensMax === undefined ? request : { ...request, maxOutputTokens: outputTokensMax },
    { model: deployment.model, capabilities: capabilitiesOf(deployment.baseModel), dropped },
  );
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
  const events = dialect.readAnswer(value);
  const failed = events.find((event) => event.type === "error");
  if (failed !== undefined) return failed.failure;
  return { kind: "whole", headers: response.headers, text, value, events, dialect };
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
  const bytes: ReadableStream<Uint8Array> | null = response.body;
  if (bytes === null) return brokenAnswer("The upstream's answer is empty.");
  const [body, forward] = canForward(attempt, dialect) ? bytes.tee() : [bytes, undefined];
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
  if (dialect.name !== call.dialect.name) return false;
  if (provider.framing !== call.dialect.framing.name || provider.framing !== "sse") return false;
  // The usage chunk we asked for has to be taken out again for callers who did not.
  return dialect.name !== "openai-chat" || call.envelope.streamUsage;
}

function firstByteTimeoutMs(call: Call, deployment: Deployment, deps: Deps): number {
  const { router } = deps.config;
  const forStreams = deployment.streamTimeoutMs ?? router.streamTimeoutMs;
  const forAll = deployment.timeoutMs ?? router.timeoutMs;
  const wished = call.envelope.stream ? (forStreams ?? forAll) : forAll;
  // All attempts together have the router's time, and the account counts on it.
  return Math.min(wished, call.context.startedAtMs + router.timeoutMs - deps.nowMs());
}

class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  constructor(options: ErrorOptions) {
    super("The upstream could not be reached.", options);
  }
}

/** Anything else that is thrown is about the caller's request, or a fault of ours, and must be seen. */
function failureOf(
  cause: unknown,
  timedOut: boolean,
): { failure: Failure; setupError?: GatewayError } {
  if (cause instanceof ConnectionLost) return { failure: connectionFailure(timedOut) };
  if (cause instanceof FramingError) {
    return { failure: brokenAnswer("The upstream's answer is not in its grammar.") };
  }
  if (!(cause instanceof GatewayError)) throw cause;
  const failure: Failure = { category: "credential", status: 0, message: cause.message };
  if (cause.code === "upstream_credential") return { failure };
  if (cause.code === "not_configured") return { failure, setupError: cause };
  throw cause;
}

function connectionFailure(timedOut: boolean): Failure {
  return timedOut
    ? { category: "timeout", status: 0, message: "The upstream did not answer in time." }
    : { category: "connection", status: 0, message: "The upstream could not be reached." };
}

function brokenAnswer(message: string): Failure {
  return { category: "broken-stream", status: 0, message };
}
