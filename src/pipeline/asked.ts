import type { Deployment } from "../core/config/deployment.ts";
import type { ResponseOwner } from "../core/response-id.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import type { Call } from "./call.ts";
import type { Sealing } from "./sealing.ts";

/** A call, and the deployment it is tried at. */
export interface Attempt {
  call: Call;
  deployment: Deployment;
  provider: Provider;
  /** Which one of the call's attempts this is, from 1. */
  attempts: number;
  /** Set when the budget pays for fewer tokens than the model could write. */
  outputTokensMax: number | undefined;
  /** Whose the answer is, should the vendor keep it. */
  owner: ResponseOwner;
  /** The vendor's id of the kept answer that the call goes on from. */
  previousId: string | undefined;
}

/** One attempt under way. */
export interface Asked {
  attempt: Attempt;
  dialect: UpstreamDialect;
  dropped: string[];
  request: AbortController;
  upstream: UpstreamCall;
  /** Set once it is known that the answer comes over Responses. */
  sealing?: Sealing;
}
