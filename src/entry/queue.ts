import type { CallRecord } from "../core/record.ts";
import { findExports, insertRequests, markExported } from "../platform/db/requests.ts";
import { logEvent } from "../platform/log.ts";
import type { Delivery, Outcome, Sink } from "../platform/sinks/sink.ts";
import { openMessage } from "./records-message.ts";

export interface QueueDeps {
  db: D1Database;
  sinks: readonly Sink[];
  /** Whose midnight ends a day in reports. */
  timeZone: string;
  nowMs(): number;
}

/**
 * Consumes the records queue, which delivers at least once and in no order. D1 first: a row is
 * inserted once however often its record comes, and its sums with it. Then each sink gets the records
 * it is not done with yet; what it took is marked before the message is acknowledged. A sink in
 * trouble delays its own copies and nothing else.
 *
 * A copy can still arrive twice: when the isolate dies between a sink's "accepted" and the mark, when
 * a sink accepts but its answer is lost, and when the same record, sent in two messages, is in two
 * consumers at once. No sink has a way to close these windows; D1 has none of them.
 *
 * What is still unfinished after the queue's last retry goes to `sekisho-records-dead`. Consuming
 * that queue with this same Worker replays it, as often as you like, because nothing is counted twice:
 *   npx wrangler queues create sekisho-records-unreadable
 *   npx wrangler queues consumer worker add sekisho-records-dead sekisho --message-retries 20 \
 *     --dead-letter-queue sekisho-records-unreadable
 * and `… worker remove sekisho-records-dead sekisho` once it is empty. Without a dead-letter queue of
 * its own, messages that fail again would be deleted.
 */
export async function handleBatch(batch: MessageBatch, deps: QueueDeps): Promise<void> {
  const parcels = batch.messages.map(openParcel);
  const stored = await store(parcels, deps);
  await exportAll(stored, deps);
  for (const parcel of parcels) finish(parcel);
}

/** A message, what was in it, and how long it must wait before it is looked at again. */
interface Parcel {
  message: Message;
  records: CallRecord[];
  /** `undefined` as long as everything in it is done. */
  retryDelayMs: number | undefined;
}

function openParcel(message: Message): Parcel {
  const { records, unreadable } = openMessage(message.body);
  const parcel: Parcel = { message, records, retryDelayMs: undefined };
  if (unreadable > 0) {
    logEvent("records_unreadable", {
      messageId: message.id,
      unreadable,
      readable: records.length,
    });
    postpone(parcel, UNREADABLE_DELAY_MS);
  }
  return parcel;
}

/** Returns the parcels whose records are in D1. */
async function store(parcels: readonly Parcel[], deps: QueueDeps): Promise<Parcel[]> {
  try {
    const records = parcels.flatMap((parcel) => parcel.records);
    await insertRequests(deps.db, records, deps.timeZone);
    return [...parcels];
  } catch {
    // Either D1 is away, or something in one message ails it: alone, it takes no other down.
    return await storeOneByOne(parcels, deps);
  }
}

async function storeOneByOne(parcels: readonly Parcel[], deps: QueueDeps): Promise<Parcel[]> {
  const stored: Parcel[] = [];
  for (const parcel of parcels) {
    try {
      await insertRequests(deps.db, parcel.records, deps.timeZone);
      stored.push(parcel);
    } catch {
      postpone(parcel, DATABASE_DELAY_MS);
    }
  }
  logEvent("records_not_stored", { messages: parcels.length - stored.length });
  return stored;
}

async function exportAll(parcels: readonly Parcel[], deps: QueueDeps): Promise<void> {
  if (deps.sinks.length === 0) return;
  // The same record may stand in two messages of one batch.
  const records = new Map<string, CallRecord>();
  for (const parcel of parcels) {
    for (const record of parcel.records) records.set(record.requestId, record);
  }
  if (records.size === 0) return;
  const done = await findDone([...records.keys()], deps.db);
  if (done === undefined) {
    for (const parcel of parcels) postpone(parcel, DATABASE_DELAY_MS);
    return;
  }
  const exports = deps.sinks.map(async (sink) => {
    const pending = [...records.values()].filter(
      ({ requestId }) => done.get(requestId)?.has(sink.name) !== true,
    );
    const outcomes = await exportTo(sink, pending, deps);
    for (const parcel of parcels) postponeUnfinished(parcel, outcomes);
  });
  await Promise.all(exports);
}

async function findDone(requestIds: readonly string[], db: D1Database) {
  try {
    return await findExports(db, requestIds);
  } catch {
    logEvent("exports_not_read", { records: requestIds.length });
    return undefined;
  }
}

/** One outcome for every record, whatever the sink did. */
async function exportTo(
  sink: Sink,
  records: readonly CallRecord[],
  deps: QueueDeps,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  if (records.length === 0) return outcomes;
  const delivery = await deliver(sink, records);
  for (const { requestId } of records) {
    outcomes.set(requestId, delivery.get(requestId) ?? NO_OUTCOME);
  }
  await mark(sink, outcomes, deps);
  warnOfTrouble(sink, outcomes);
  return outcomes;
}

async function deliver(sink: Sink, records: readonly CallRecord[]): Promise<Delivery> {
  try {
    return await sink.deliver(records);
  } catch {
    return new Map();
  }
}

async function mark(
  sink: Sink,
  outcomes: ReadonlyMap<string, Outcome>,
  deps: QueueDeps,
): Promise<void> {
  for (const kind of ["delivered", "dropped"] as const) {
    const requestIds = [...outcomes]
      .filter(([, outcome]) => outcome.kind === kind)
      .map(([id]) => id);
    try {
      await markExported(deps.db, sink.name, kind, requestIds, deps.nowMs());
    } catch {
      // The copy is out. A message that is done is still acknowledged: asking for it again would
      // send its copies twice, and only the note of them is missing.
      logEvent("exports_not_marked", { sink: sink.name, records: requestIds.length });
    }
  }
}

function postponeUnfinished(parcel: Parcel, outcomes: ReadonlyMap<string, Outcome>): void {
  for (const { requestId } of parcel.records) {
    const outcome = outcomes.get(requestId);
    if (outcome?.kind === "retry") postpone(parcel, outcome.delayMs);
  }
}

/** The longest wait counts: coming earlier could only be refused again. */
function postpone(parcel: Parcel, delayMs: number): void {
  parcel.retryDelayMs = Math.max(parcel.retryDelayMs ?? 0, delayMs);
}

function finish({ message, retryDelayMs }: Parcel): void {
  if (retryDelayMs === undefined) message.ack();
  else message.retry({ delaySeconds: backOffSeconds(retryDelayMs, message.attempts) });
}

/** What was asked for, doubled with every attempt up to an hour; a longer wish is granted. */
export function backOffSeconds(delayMs: number, attempts: number): number {
  const doubledMs = Math.min(delayMs * 2 ** (attempts - 1), BACK_OFF_MS_MAX);
  return Math.min(Math.ceil(Math.max(delayMs, doubledMs) / 1000), DELAY_SECONDS_MAX);
}

function warnOfTrouble(sink: Sink, outcomes: ReadonlyMap<string, Outcome>): void {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) {
    if (outcome.kind === "delivered") continue;
    const name = `${outcome.kind}:${outcome.reason}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  if (Object.keys(counts).length > 0) {
    logEvent("export_incomplete", { sink: sink.name, records: outcomes.size, ...counts });
  }
}

const NO_OUTCOME: Outcome = { kind: "retry", reason: "no-outcome", delayMs: 60_000 };

/** D1 is back within seconds, or an operator is already looking. */
const DATABASE_DELAY_MS = 10_000;

/** Only a deployment can teach this Worker to read it: perhaps one that is just rolling out. */
const UNREADABLE_DELAY_MS = 10 * 60 * 1000;

const BACK_OFF_MS_MAX = 60 * 60 * 1000;

/** Queues accepts no longer delay: 12 hours. */
const DELAY_SECONDS_MAX = 43_200;
