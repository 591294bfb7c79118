/** Why an upstream did not answer. Decides retrying, failing over, and what the caller is told. */
export type FailureCategory =
  | "rate-limit"
  | "quota"
  | "overloaded"
  | "server-error"
  | "timeout"
  | "connection"
  /** The stream stopped, or a frame did not parse, after the vendor had said 200. */
  | "broken-stream"
  | "context-length"
  | "content-policy"
  | "invalid-request"
  | "too-large"
  /** The vendor refused *our* credential: the operator's problem, never the caller's. */
  | "credential"
  | "permission"
  | "not-found";

/** An upstream's refusal or breakdown, as a value. */
export interface Failure {
  category: FailureCategory;
  /** HTTP status the vendor gave; 0 when there was none (connection, cut stream). */
  status: number;
  /** The vendor's own words. May quote the prompt, so it goes to the caller and never to a log. */
  message: string;
  /** The request parameter at fault, when the vendor names one. */
  param?: string;
  retryAfterMs?: number;
  /** The call had so little time that its timeout says nothing about the deployment. */
  isHasty?: boolean;
  /** The vendor's untouched answer, for callers who speak its grammar. */
  raw?: { status: number; headers: Headers; body: string };
}

interface Policy {
  /** Another deployment of the same model might answer. */
  failover: boolean;
  /** The same deployment might answer after a moment. */
  retry: boolean;
}

/** Follows the "retry same" and "fail over" columns vendors and SDKs agree on. */
const POLICIES: Record<FailureCategory, Policy> = {
  "rate-limit": { failover: true, retry: true },
  quota: { failover: true, retry: false },
  overloaded: { failover: true, retry: true },
  "server-error": { failover: true, retry: true },
  timeout: { failover: true, retry: true },
  connection: { failover: true, retry: true },
  "broken-stream": { failover: true, retry: true },
  "context-length": { failover: false, retry: false },
  "content-policy": { failover: false, retry: false },
  "invalid-request": { failover: false, retry: false },
  "too-large": { failover: false, retry: false },
  credential: { failover: true, retry: false },
  permission: { failover: true, retry: false },
  "not-found": { failover: true, retry: false },
};

export function failurePolicy(failure: Failure): Policy {
  return POLICIES[failure.category];
}
