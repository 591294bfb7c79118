import type { CallRecord } from "../../core/record.ts";
import { postLogs, TRANSIENT_DELAY_MS } from "./datadog-intake.ts";
import type { Intake, IntakeAnswer } from "./datadog-intake.ts";
import { renderItem } from "./datadog-item.ts";
import type { DatadogIdentity } from "./datadog-item.ts";
import type { Delivery, Outcome, Sink } from "./sink.ts";

/** The variables LiteLLM reads, under the same names and with the same defaults. */
export interface DatadogVariables {
  DD_API_KEY?: string | undefined;
  DD_SITE?: string | undefined;
  /** Another host to send to; the path is appended. */
  DD_BASE_URL?: string | undefined;
  DD_ENV?: string | undefined;
  DD_SERVICE?: string | undefined;
  DD_VERSION?: string | undefined;
  DD_SOURCE?: string | undefined;
  HOSTNAME?: string | undefined;
  POD_NAME?: string | undefined;
}

export interface DatadogTools {
  fetch(request: Request): Promise<Response>;
  nowMs(): number;
  timeoutMs?: number;
}

/**
 * `undefined` where Datadog is not wanted: without `DD_API_KEY`, or when `callbacks` lists other
 * sinks only. LiteLLM sends nothing without a callback; here an empty list is enough, because the
 * secret has no other use on this Worker, and whoever set it expects logs.
 */
export function createDatadogSink(
  variables: DatadogVariables,
  callbacks: readonly string[],
  tools: DatadogTools,
): Sink | undefined {
  const apiKey = variables.DD_API_KEY;
  if (!apiKey || (callbacks.length > 0 && !callbacks.includes("datadog"))) return undefined;
  const intake: Intake = {
    url: intakeUrl(variables),
    apiKey,
    timeoutMs: tools.timeoutMs ?? TIMEOUT_MS,
    fetch: tools.fetch,
  };
  const identity = readIdentity(variables);
  return {
    name: "datadog",
    deliver: (records) => deliver(records, intake, identity, tools.nowMs()),
  };
}

function intakeUrl({ DD_BASE_URL, DD_SITE }: DatadogVariables): string {
  // People copy the address of the user interface, which is not the site.
  const site = (DD_SITE || "datadoghq.com").replace(/^app\./, "");
  const base = DD_BASE_URL || `https://http-intake.logs.${site}`;
  return `${base.replace(/\/+$/, "")}/api/v2/logs`;
}

function readIdentity(variables: DatadogVariables): DatadogIdentity {
  return {
    env: variables.DD_ENV || "unknown",
    service: variables.DD_SERVICE || "litellm-server",
    version: variables.DD_VERSION || "unknown",
    source: variables.DD_SOURCE || "litellm",
    hostname: variables.HOSTNAME || "",
    podName: variables.POD_NAME || "unknown",
  };
}

interface Log {
  requestId: string;
  text: string;
  bytes: number;
}

/**
 * Sends chunk by chunk. A chunk that was accepted is never sent again; one that was refused is halved
 * until the log at fault stands alone and is dropped. The first answer that asks to wait ends it: an
 * intake in trouble is not asked again before the queue comes back.
 */
async function deliver(
  records: readonly CallRecord[],
  intake: Intake,
  identity: DatadogIdentity,
  nowMs: number,
): Promise<Delivery> {
  const outcomes = new Map<string, Outcome>();
  let stopped: IntakeAnswer | undefined;
  let requestsLeft = REQUESTS_MAX;
  for (const chunk of cutChunks(records, identity, nowMs, outcomes)) {
    const parts = [chunk];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (requestsLeft-- === 0) stopped ??= OUT_OF_REQUESTS;
      const answer: IntakeAnswer = stopped ?? (await postLogs(intake, bodyOf(part)));
      switch (answer.kind) {
        case "accepted":
          settle(outcomes, part, { kind: "delivered" });
          break;
        case "retry":
          stopped = answer;
          settle(outcomes, part, answer);
          break;
        case "refused":
          if (part.length > 1) parts.push(...halve(part));
          else settle(outcomes, part, { kind: "dropped", reason: answer.reason });
          break;
      }
    }
  }
  return outcomes;
}

/** Lazily, so that no more than one request's worth of logs is in memory. */
function* cutChunks(
  records: readonly CallRecord[],
  identity: DatadogIdentity,
  nowMs: number,
  outcomes: Map<string, Outcome>,
): Generator<Log[]> {
  let chunk: Log[] = [];
  let bytes = 0;
  for (const record of records) {
    const log = renderLog(record, identity, nowMs);
    if (log.bytes > ITEM_BYTES_MAX) {
      // Datadog would accept it and cut it, and a cut JSON has no cost attribute.
      outcomes.set(record.requestId, { kind: "dropped", reason: "item-too-large" });
      continue;
    }
    if (chunk.length === ITEMS_MAX || bytes + log.bytes > REQUEST_BYTES_MAX) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(log);
    bytes += log.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

function renderLog(record: CallRecord, identity: DatadogIdentity, nowMs: number): Log {
  const text = JSON.stringify(renderItem(record, identity, nowMs));
  return { requestId: record.requestId, text, bytes: encoder.encode(text).byteLength };
}

const encoder = new TextEncoder();

function bodyOf(part: readonly Log[]): string {
  return `[${part.map((log) => log.text).join(",")}]`;
}

function halve(part: readonly Log[]): Log[][] {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(middle), part.slice(0, middle)];
}

function settle(outcomes: Map<string, Outcome>, part: readonly Log[], outcome: Outcome): void {
  for (const { requestId } of part) outcomes.set(requestId, outcome);
}

/** Datadog allows 1,000 items, 5 MB uncompressed, 1 MB an item. A tenth below, for commas and doubt. */
const ITEMS_MAX = 900;
const REQUEST_BYTES_MAX = 4_500_000;
const ITEM_BYTES_MAX = 900_000;

/** One bad log among 900 is found with some 20 requests; a Worker may send 1,000 in one run. */
const REQUESTS_MAX = 50;

const OUT_OF_REQUESTS: IntakeAnswer = {
  kind: "retry",
  reason: "too-many-requests-in-one-delivery",
  delayMs: TRANSIENT_DELAY_MS,
};

/** Five megabytes over a slow line; a queue batch may take 15 minutes in all. */
const TIMEOUT_MS = 15_000;
