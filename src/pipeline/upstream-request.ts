import type { Failure } from "../core/failure.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { EndpointRequest } from "../providers/endpoint.ts";
import type { Provider, ProviderTools, UpstreamCall } from "../providers/provider.ts";
import type { Deps } from "./deps.ts";

/** What sending needs of an attempt under way: whom to ask, what about, and when to stop waiting. */
interface Sending {
  attempt: { provider: Provider };
  upstream: UpstreamCall;
  request: { signal: AbortSignal };
}

/** Signs and sends. Throws `ConnectionLost` when the upstream cannot be reached. */
export async function send(
  { attempt: { provider }, upstream, request: { signal } }: Sending,
  prepare: (tools: ProviderTools) => Promise<EndpointRequest>,
  deps: Deps,
): Promise<Response> {
  const tools: ProviderTools = { nowMs: deps.nowMs(), tokens: deps.tokens };
  const prepared = await prepare(tools);
  const response = await post(prepared, signal, deps);
  if (response.status !== 401 || provider.forgetCredential === undefined) return response;
  // A token can be revoked in the middle of its life. The vendor has done nothing yet, so this is
  // still the same attempt.
  void response.body?.cancel().catch(() => undefined);
  provider.forgetCredential(upstream, prepared, tools);
  return post(await prepare(tools), signal, deps);
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

export async function readText(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new ConnectionLost({ cause });
  }
}

/** Reads an error answer, in the surface's own way or its grammar's. */
export async function readFailure(
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

/** Nobody answered, or the answer stopped: nothing is known about why. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  constructor(options: ErrorOptions) {
    super("The upstream could not be reached.", options);
  }
}
