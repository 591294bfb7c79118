import type { GatewayError } from "../core/errors.ts";

/** The headers SDKs and agents decide by whether and when to try again, the same in all grammars. */
export function errorHeaders(error: GatewayError): Record<string, string> {
  const { retryAfterMs, headers } = error.details;
  return {
    ...headers,
    ...(error.row.retry ? {} : { "x-should-retry": "false" }),
    ...(retryAfterMs === undefined
      ? {}
      : {
          "retry-after": String(Math.ceil(retryAfterMs / 1000)),
          "retry-after-ms": String(Math.ceil(retryAfterMs)),
        }),
  };
}

/** `client`, `gateway`, or the provider by name. */
export function originOf(error: GatewayError): string {
  const { origin } = error.row;
  const { provider } = error.details;
  return origin === "provider" && provider !== undefined ? `provider:${provider}` : origin;
}
