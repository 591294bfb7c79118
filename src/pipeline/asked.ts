import type { Deployment } from "../core/config/deployment.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import type { Call } from "./call.ts";

/** A call, and the deployment it is tried at. */
export interface Attempt {
  call: Call;
  deployment: Deployment;
  provider: Provider;
  /** Set when the budget pays for fewer tokens than the model could write. */
  outputTokensMax: number | undefined;
}

/** One attempt under way. */
export interface Asked {
  attempt: Attempt;
  dialect: UpstreamDialect;
  dropped: string[];
  request: AbortController;
  upstream: UpstreamCall;
}
