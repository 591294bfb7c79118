import type { CallRecord, RecordsMessage } from "../../core/record.ts";
import { parseStored } from "./stored-json.ts";

/**
 * Records on their way to the queue. They are written in the transaction that moves the counters and
 * leave only after the queue took them, so what was counted is what will be reported.
 */
export interface Outbox {
  /** Call inside the transaction that charges the call. */
  add(record: CallRecord): void;
  /** Sends what is there at this moment; what comes meanwhile gathers for the next time. */
  send(): Promise<void>;
  /** When to send next; `undefined` when nothing is there. */
  dueAtMs(): number | undefined;
}

/** A queue message may have 128 KB; the rest is for the envelope and for what JSON escapes. */
const MESSAGE_BYTES_MAX = 100_000;
/** A queue charges by the message, so records gather for a moment. Short: people watch the numbers. */
const GATHER_MS = 1_000;
const RETRY_MS_MAX = 60_000;
/** An alarm has 15 minutes; this many messages are a few seconds. The next alarm sends the rest. */
const MESSAGES_PER_ALARM = 50;
/** The smallest record has about this many bytes, so no message could hold more of them. */
const RECORDS_PER_MESSAGE = MESSAGE_BYTES_MAX / 500;

type Row = { seq: number; record: string; bytes: number };

/**
 * `keepSentMs`: how long records stay after the queue took them. A queue that keeps its word needs none
 * of it; the one of a local runtime lives in memory, and what it held when the process was killed is
 * sent again when the account is back. D1 takes every record once, however often it comes.
 */
export function createOutbox(
  sql: SqlStorage,
  queue: Queue<RecordsMessage>,
  nowMs: () => number,
  keepSentMs = 0,
): Outbox {
  let failures = 0;
  let dueAtMs = newest(sql) === 0 ? undefined : nowMs();
  /** What left last, in order of leaving; rows up to there are deleted when it was long enough ago. */
  const sent: { throughSeq: number; atMs: number }[] = [];

  /** False when there was more than one alarm can send. */
  async function sendThrough(lastSeq: number): Promise<boolean> {
    for (let messages = 0; messages < MESSAGES_PER_ALARM; messages += 1) {
      const rows = nextRows(sql, sent.at(-1)?.throughSeq ?? 0, lastSeq);
      if (rows.length === 0) return true;
      const records = rows.map((row) => parseStored<CallRecord>(row.record));
      await queue.send({ records });
      // Rows that came during the send have higher numbers.
      sent.push({ throughSeq: rows.at(-1)?.seq ?? 0, atMs: nowMs() });
      forget();
    }
    return false;
  }

  /** Numbers begin again when no row is left, so nothing that was deleted may be remembered as sent. */
  function forget(): void {
    const oldUntil = sent.findLastIndex(({ atMs }) => atMs + keepSentMs <= nowMs());
    const last = sent[oldUntil];
    if (last === undefined) return;
    sql.exec("DELETE FROM outbox WHERE seq <= ?", last.throughSeq);
    sent.splice(0, oldUntil + 1);
  }

  function nextDueMs(isDone: boolean): number | undefined {
    const last = newest(sql);
    if (last === 0) return undefined;
    if (last > (sent.at(-1)?.throughSeq ?? 0)) return nowMs() + (isDone ? GATHER_MS : 0);
    return Math.max((sent[0]?.atMs ?? 0) + keepSentMs, nowMs() + GATHER_MS);
  }

  return {
    add(record) {
      const { text, bytes } = fit(record);
      sql.exec("INSERT INTO outbox (record, bytes) VALUES (?, ?)", text, bytes);
      // While the queue is away, what comes waits with what is there.
      if (failures === 0) dueAtMs = Math.min(dueAtMs ?? Infinity, nowMs() + GATHER_MS);
    },
    async send() {
      try {
        forget();
        const isDone = await sendThrough(newest(sql));
        failures = 0;
        dueAtMs = nextDueMs(isDone);
      } catch {
        // Queues are away: the rows stay, and the counters are right without them.
        dueAtMs = nowMs() + Math.min(GATHER_MS * 2 ** failures, RETRY_MS_MAX);
        failures += 1;
      }
    },
    dueAtMs: () => dueAtMs,
  };
}

/** The oldest records that together fit one message; at least one, if there is any. */
function nextRows(sql: SqlStorage, afterSeq: number, lastSeq: number): Row[] {
  const rows: Row[] = [];
  let bytes = 0;
  const oldest = sql.exec<Row>(
    "SELECT * FROM outbox WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
    afterSeq,
    lastSeq,
    RECORDS_PER_MESSAGE,
  );
  for (const row of oldest) {
    bytes += row.bytes;
    if (rows.length > 0 && bytes > MESSAGE_BYTES_MAX) break;
    rows.push(row);
  }
  return rows;
}

/** The number of the last row; 0 when there is none. */
function newest(sql: SqlStorage): number {
  type Newest = { seq: number };
  return sql.exec<Newest>("SELECT coalesce(max(seq), 0) AS seq FROM outbox").one().seq;
}

/**
 * A record larger than a message would block all behind it for ever. What makes one large is logged
 * content, then what an administrator attached to the key: the money in it is worth more than both.
 */
function fit(record: CallRecord): { text: string; bytes: number } {
  const candidates = [
    record,
    { ...record, content: null },
    { ...record, content: null, keyMetadata: {}, parameters: {}, tags: [] },
  ];
  let last = { text: "", bytes: 0 };
  for (const candidate of candidates) {
    const text = JSON.stringify(candidate);
    last = { text, bytes: new TextEncoder().encode(text).length };
    if (last.bytes <= MESSAGE_BYTES_MAX) break;
  }
  return last;
}
