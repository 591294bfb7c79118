import type { Usage } from "../core/chat.ts";
import type { Deployment } from "../core/config/deployment.ts";
import type { ResponseOwner } from "../core/response-id.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Provider, UpstreamCall } from "../providers/provider.ts";
import type { Call } from "./call.ts";
import type { Sealing } from "./sealing.ts";
import type { Timeouts } from "./timeouts.ts";

/** What the vendor has given to know of an attempt, up to now. */
export interface Seen {
  /** It said 200: from here on it may bill. */
  accepted: boolean;
  /** What it counted so far. */
  usage: Usage | undefined;
}

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
  /** Aborts when another attempt was quicker. */
  abandoned?: AbortSignal;
}

/** One attempt under way. */
export interface Asked {
  attempt: Attempt;
  dialect: UpstreamDialect;
  dropped: string[];
  request: AbortController;
  timeouts: Timeouts;
  /** Call when the status line is there. */
  connected(): void;
  seen: Seen;
  upstream: UpstreamCall;
  /** Set once it is known that the answer comes over Responses. */
  sealing?: Sealing;
}
