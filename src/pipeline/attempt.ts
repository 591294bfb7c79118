import { createBodyPatch, type BodyPatch } from "../core/body-patch.ts";
import { capabilitiesOf, type Capabilities } from "../core/capabilities.ts";
import { isMeaningful, type ChatEvent } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { FramingError } from "../dialects/framing/frame.ts";
import type { EndpointRequest } from "../providers/endpoint.ts";
import type { Provider, ProviderTools, UpstreamCall } from "../providers/provider.ts";
import { openAnswerStream, type AnswerStream, type ReadFrame } from "./answer-stream.ts";
import type { Call } from "./call.ts";
import type { Deps } from "./deps.ts";
import { attemptForwarded, type ForwardedAnswer } from "./forward-attempt.ts";

/** One deployment's answer, from its first meaningful word on. */
export type Answer = WholeAnswer | StreamedAnswer | ForwardedAnswer;

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
  const dialect = provider.dialect(deployment, call.dialect.name);
  const dropped: string[] = [];
  const upstream: UpstreamCall = {
    deployment,
    dialect: dialect.name,
    stream: call.envelope.stream,
    betas: call.betas,
    anthropicVersion: call.anthropicVersion,
    dropped,
  };
  const request = new AbortController();
  let timedOut = false;
  const giveUp = (): void => {
    timedOut = true;
    request.abort();
  };
  const timer = setTimeout(giveUp, firstByteTimeoutMs(call, deployment, deps));
  try {
    const asked: Asked = { attempt, dialect, dropped, request, upstream };
    const answer = await (call.route.forward === undefined ? converse : forward)(asked, deps);
    if (!("category" in answer)) return { ok: true, answer, dropped };
    // A stream that is aborted for its silence looks like one that was cut.
    return { ok: false, failure: timedOut ? connectionFailure(timedOut) : answer };
  } catch (cause) {
    return { ok: false, ...failureOf(cause, timedOut) };
  } finally {
    clearTimeout(timer);
  }
}

/** One attempt under way. */
interface Asked {
  attempt: Attempt;
  dialect: UpstreamDialect;
  dropped: string[];
  request: AbortController;
  upstream: UpstreamCall;
}

async function converse(asked: Asked, deps: Deps): Promise<Answer | Failure> {
  const { attempt, dialect, request, upstream } = asked;
  const { provider, call } = attempt;
  const body = renderBody(attempt, dialect, upstream, asked.dropped);
  const response =
    provider.answerLocally?.(objectOf(body), upstream) ??
    (await send(asked, (tools) => provider.prepare(upstream, body, tools), deps));
  if (!response.ok) return readFailure(response, provider, dialect);
  const answer = await (call.envelope.stream
    ? openStream(response, attempt, dialect, request, deps)
    : readWhole(response, dialect));
  return "category" in answer ? answer : { ...answer, inOwnWords: isInOwnWords(attempt) };
}

/** What cannot be written anew (several answers, probabilities) passes as it comes. */
function isInOwnWords({ call, provider }: Attempt): boolean {
  if (provider.answersInOwnWords !== true) return false;
  return call.envelope.choices === 1 && call.body.value.logprobs !== true;
}

/** What is no conversation. */
async function forward(asked: Asked, deps: Deps): Promise<Answer | Failure> {
  const { attempt, dialect, upstream } = asked;
  const { call, provider } = attempt;
  const endpoint = call.route.forward && provider.endpoints?.[call.route.forward.operation];
  if (endpoint === undefined) throw new GatewayError("internal_error", "No such endpoint.");
  return attemptForwarded(call, endpoint, upstream, async (prepare) => {
    const response = await send(asked, prepare, deps);
    if (!response.ok) return readFailure(response, provider, dialect);
    return { headers: response.headers, body: response.body, text: () => readText(response) };
  });
}

function objectOf(body: string): JsonObject {
  const value = parseJson(body);
  return isJsonObject(value) ? value : {};
}

async function send(
  { attempt: { provider }, request, upstream }: Asked,
  prepare: (tools: ProviderTools) => Promise<EndpointRequest>,
  deps: Deps,
): Promise<Response> {
  const tools: ProviderTools = { nowMs: deps.nowMs(), tokens: deps.tokens };
  const prepared = await prepare(tools);
  const response = await post(prepared, request.signal, deps);
  if (response.status !== 401 || provider.forgetCredential === undefined) return response;
  // A token can be revoked in the middle of its life. The vendor has done nothing yet, so this is
  // still the same attempt.
  void response.body?.cancel().catch(() => undefined);
  provider.forgetCredential(upstream, prepared, tools);
  return post(await prepare(tools), request.signal, deps);
}

async function post(prepared: EndpointRequest, signal: AbortSignal, deps: Deps): Promise<Response> {
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
    if (outputTokensMax !== undefined) limitOutput(patch, dialect, capabilities, outputTokensMax);
  }
  attempt.provider.adaptBody(patch, upstream);
  return patch.text();
}

function limitOutput(
  body: BodyPatch,
  dialect: UpstreamDialect,
  { maxTokensField }: Capabilities,
  outputTokensMax: number,
): void {
  if (dialect.limitOutput) dialect.limitOutput(body, outputTokensMax);
  else body.set(maxTokensField, outputTokensMax);
}

function translate(attempt: Attempt, dialect: UpstreamDialect, dropped: string[]): JsonObject {
  const { call, deployment, outputTokensMax } = attempt;
  const { model, baseModel } = deployment;
  const request = call.parsed();
  return dialect.renderRequest(
    outputTokensMax === undefined ? request : { ...request, maxOutputTokens: outputTokensMax },
    { model, baseModel, capabilities: capabilitiesOf(baseModel), dropped },
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
  request: AbortController,
  deps: Deps,
): Promise<StreamedAnswer | Failure> {
  const bytes: ReadableStream<Uint8Array> | null = response.body;
  if (bytes === null) return brokenAnswer("The upstream's answer is empty.");
  const [body, forward] = canForward(attempt, dialect) ? bytes.tee() : [bytes, undefined];
  const stream = openAnswerStream({
    body,
    decoder: attempt.provider.createDecoder(dialect.name),
    reader: dialect.createReader(),
    idleTimeoutMs: attempt.deployment.streamTimeoutMs ?? deps.config.router.timeoutMs,
  });
  const abort = (): void => {
    stream.cancel();
    request.abort();
  };
  const heldBack: ReadFrame[] = [];
  for (let frames = await stream.next(); frames !== undefined; frames = await stream.next()) {
    heldBack.push(...frames);
    const verdict = judge(frames.flatMap((one) => one.events));
    if (verdict === "undecided") continue;
    if (verdict === "good") {
      const { headers } = response;
      return { kind: "streamed", headers, dialect, stream, heldBack, forward, abort };
    }
    abort();
    return verdict;
  }
  abort();
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
  if (dialect.name !== call.dialect.name || isInOwnWords(attempt)) return false;
  if (provider.framing !== call.dialect.framing.name) return false;
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
