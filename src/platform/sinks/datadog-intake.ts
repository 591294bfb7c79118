/** One request to Datadog's log intake, and what its answer means for the logs in it. */
export type IntakeAnswer =
  | { kind: "accepted" }
  /** Something in this request will never be taken: too large, or not what Datadog reads. */
  | { kind: "refused"; reason: string }
  /** Nothing is wrong with the logs: the same again after this time. */
  | { kind: "retry"; reason: string; delayMs: number };

export interface Intake {
  url: string;
  apiKey: string;
  timeoutMs: number;
  fetch(request: Request): Promise<Response>;
}

/** `body` is a JSON array of items. Never throws: an intake that is not there is an answer. */
export async function postLogs(intake: Intake, body: string): Promise<IntakeAnswer> {
  try {
    const response = await intake.fetch(
      new Request(intake.url, {
        method: "POST",
        headers: {
          "DD-API-KEY": intake.apiKey,
          "Content-Type": "application/json",
          "Content-Encoding": "gzip",
        },
        body: await gzip(body),
        // A redirect would carry the API key to whoever answers there.
        redirect: "manual",
        signal: AbortSignal.timeout(intake.timeoutMs),
      }),
    );
    // Nobody reads the body, and an open one holds its connection.
    await response.body?.cancel();
    return readAnswer(response);
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return { kind: "retry", reason: timedOut ? "timeout" : "network", delayMs: TRANSIENT_DELAY_MS };
  }
}

function readAnswer(response: Response): IntakeAnswer {
  const reason = `status-${response.status}`;
  // Datadog says 202. An agent or proxy in front of it may say 200, and sending twice counts twice.
  if (response.ok) return { kind: "accepted" };
  if (response.status === 400 || response.status === 413) return { kind: "refused", reason };
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    return { kind: "retry", reason, delayMs: retryAfterMs(response.headers) ?? TRANSIENT_DELAY_MS };
  }
  // A revoked key (401, 403), a wrong address (404, 3xx): the logs are good and the operator will
  // mend it, so they wait in the queue.
  return { kind: "retry", reason, delayMs: OPERATOR_DELAY_MS };
}

/** Seconds, or an HTTP date measured against the sender's own clock. */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? headers.get("x-ratelimit-reset");
  if (value === null) return undefined;
  const milliseconds = /^\d+$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}

async function gzip(text: string): Promise<ArrayBuffer> {
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(compressed).arrayBuffer();
}

/** An overloaded intake recovers in seconds; the queue doubles this for every further attempt. */
export const TRANSIENT_DELAY_MS = 30_000;

/** Nothing changes before a person acts, and every attempt is paid for. */
const OPERATOR_DELAY_MS = 60 * 60 * 1000;
