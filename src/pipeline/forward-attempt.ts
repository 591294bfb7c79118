import type { Usage } from "../core/chat.ts";
import { GatewayError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { Units } from "../core/units.ts";
import type { Endpoint, EndpointAnswer, EndpointRequest } from "../providers/endpoint.ts";
import type { ProviderTools, UpstreamCall } from "../providers/provider.ts";
import type { Call } from "./call.ts";

/** What one deployment answered to a call that is no conversation. */
export interface ForwardedAnswer {
  kind: "forwarded";
  headers: Headers;
  contentType: string;
  body: string | ReadableStream<Uint8Array>;
  usage: Usage | undefined;
  /** As the vendor told them. */
  units: Units | undefined;
}

/** Sends one request of an attempt; the failure, where the vendor refused it. */
export type Ask = (
  prepare: (tools: ProviderTools) => Promise<EndpointRequest>,
) => Promise<Told | Failure>;

export interface Told {
  headers: Headers;
  body: ReadableStream<Uint8Array> | null;
  /** Reads the body to its end. */
  text(): Promise<string>;
}

/** Workers open six connections at once; what is beyond waits in any case. */
const REQUESTS_AT_ONCE = 6;

/**
 * Asks one deployment, in as many requests as its vendor needs. One that fails fails the attempt: what
 * the others may have cost is the vendor's few tokens of input, and nobody gets half an answer.
 */
export async function attemptForwarded(
  call: Call,
  endpoint: Endpoint,
  upstream: UpstreamCall,
  ask: Ask,
): Promise<ForwardedAnswer | Failure> {
  const bodies = endpoint.bodies(call.body, upstream);
  const answers: EndpointAnswer[] = [];
  let last: Told | undefined;
  for (let at = 0; at < bodies.length; at += REQUESTS_AT_ONCE) {
    const wave = bodies.slice(at, at + REQUESTS_AT_ONCE);
    const all = await Promise.all(
      wave.map((body) => ask((tools) => endpoint.prepare(upstream, body, tools))),
    );
    for (const told of all) {
      if ("category" in told) return told;
      if (endpoint.binary === true) return asItComes(told);
      last = told;
      answers.push({ headers: told.headers, text: await told.text() });
    }
  }
  if (last === undefined) throw new GatewayError("internal_error", "Nothing was asked.");
  const { text, usage, units } = endpoint.read(answers, call.body, upstream);
  const body = call.route.forward?.renderAnswer?.(text, call.body) ?? text;
  return { ...shellOf(last), body, usage, units };
}

function asItComes(told: Told): ForwardedAnswer {
  return { ...shellOf(told), body: told.body ?? "", usage: undefined, units: undefined };
}

function shellOf({ headers }: Told): Pick<ForwardedAnswer, "kind" | "headers" | "contentType"> {
  const contentType = headers.get("content-type") ?? "application/json";
  return { kind: "forwarded", headers, contentType };
}
